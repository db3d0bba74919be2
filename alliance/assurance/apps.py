from django.apps import AppConfig


class AssuranceConfig(AppConfig):
    name = "alliance.assurance"
    label = "assurance"
