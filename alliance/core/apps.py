from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "alliance.core"
    label = "core"
    verbose_name = "The floor"

    def ready(self):
        from alliance.core import errands, invariants  # noqa: F401
