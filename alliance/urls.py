"""The addresses. One include per app; everything inside an alliance carries its name."""

from django.urls import include, path

from alliance import views

urlpatterns = [
    path("", views.home, name="home"),
]
