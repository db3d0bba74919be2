from django.urls import path

from alliance.assurance import views

app_name = "assurance"
urlpatterns = [
    path("", views.reports, name="reports"),
    path("new/", views.request_report, name="request"),
    path("<int:number>/", views.report, name="report"),
    path("<int:number>/attempts/", views.attempt, name="attempt"),
    path("<int:number>/report.pdf", views.download, name="download"),
]
