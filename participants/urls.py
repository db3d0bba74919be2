from django.urls import path

from participants import views

app_name = "participants"
urlpatterns = [
    path("", views.people, name="people"),
    path("invite/", views.invite, name="invite"),
    path("invitations/<int:pk>/withdrawal/", views.withdraw_invitation, name="withdraw_invitation"),
    path("appointments/<int:pk>/end/", views.end_appointment, name="end_appointment"),
    path("appointments/<int:pk>/limit/", views.set_limit, name="set_limit"),
    path("<slug:slug>/", views.participant, name="participant"),
]
