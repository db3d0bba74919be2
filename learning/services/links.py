"""Tying experiments to the risks and opportunities that they touch."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions.models import Risk
from learning import permissions
from learning.models import Experiment, RiskTouched
from participants.models import User


@transaction.atomic
def tie_risks(*, experiment: Experiment, risks: Collection[Risk], by: User) -> list[Risk]:
    """Say which risks and opportunities of the alliance it touches: just these. The same again changes nothing."""
    Experiment.objects.select_for_update().get(pk=experiment.pk)
    permissions.tie_risks.check(by, experiment=experiment)
    if any(one.alliance_id != experiment.alliance_id for one in risks):
        raise NotPossible("An experiment touches risks of its own alliance.")
    tied = {one.risk_id: one for one in experiment.risks_touched.filter(untied_at__isnull=True)}
    wanted = {one.pk: one for one in risks}
    if tied.keys() == wanted.keys():
        return list(risks)
    now = timezone.now()
    for pk in tied.keys() - wanted.keys():
        tied[pk].untied_at, tied[pk].untied_by = now, by
        tied[pk].save(update_fields=["untied_at", "untied_by"])
    RiskTouched.objects.bulk_create(
        RiskTouched(
            alliance_id=experiment.alliance_id,
            experiment=experiment,
            risk=wanted[pk],
            tied_at=now,
            tied_by=by,
        )
        for pk in sorted(wanted.keys() - tied.keys())
    )
    record(
        "learning.risks_tied",
        experiment,
        by=by,
        number=experiment.number,
        title=experiment.title,
        risks=sorted(one.number for one in risks),
    )
    return list(risks)
