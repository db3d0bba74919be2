"""Experiments on the page of the risk that they touch."""

from decisions.risk_links import Link, linked
from learning.models import RiskTouched


@linked
def experiments_of(risk) -> list[Link]:
    tied = RiskTouched.objects.filter(risk=risk, untied_at__isnull=True).select_related(
        "experiment__alliance"
    )
    return [
        Link(f"Experiment {one.experiment.number}", one.experiment.title, one.experiment.get_absolute_url())
        for one in tied.order_by("experiment__number")[:50]
    ]
