from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "decisions"
    label = "decisions"

    def ready(self):
        from decisions import errands, invariants, lifecycle  # noqa: F401
        from decisions.models import Proposal
        from participants import founding

        founding.is_over_when(
            lambda alliance: Proposal.objects.filter(alliance=alliance, opened_at__isnull=False).exists()
        )
