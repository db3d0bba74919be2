from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "decisions"
    label = "decisions"

    def ready(self):
        from decisions import errands, invariants, lifecycle  # noqa: F401
