from django.apps import AppConfig


class AssuranceConfig(AppConfig):
    name = "alliance.assurance"
    label = "assurance"
    verbose_name = "Assurance"

    def ready(self):
        from alliance.assurance import calendar, errands, invariants, lifecycle  # noqa: F401
