from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "learning"
    label = "learning"

    def ready(self):
        from learning import invariants, lifecycle, risk_links  # noqa: F401
