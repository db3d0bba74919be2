from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "alliance.notices"
    label = "notices"
    verbose_name = "Notices"

    def ready(self):
        from alliance.notices import calendar, errands, receivers  # noqa: F401
