"""Urgent safety actions to be reported, and statements that are awaited."""

from collections.abc import Iterator

from alliance.core.addresses import reverse
from alliance.core.waiting import Source, Sources, Waiting
from decisions.models import Proposal, UrgentAction
from decisions.voices import heard_for
from participants.standing import Standing


def _to_report(standing: Standing):
    if not (speaks := standing.speaks_for_ids):
        return None
    taken = UrgentAction.objects.filter(alliance=standing.alliance, participant_id__in=speaks).to_report()
    return taken.select_related("alliance").order_by("report_by", "number")


def _report(rows: list[UrgentAction], standing: Standing) -> Iterator[Waiting]:
    for one in rows:
        yield Waiting(
            one.title,
            one.get_absolute_url(),
            "Report this urgent safety action to the leadership team.",
            "me",
            one.report_by,
        )


def _about_us(standing: Standing):
    if not (heard := heard_for(standing)):
        return None
    return (
        Proposal.objects.open()
        .filter(
            alliance=standing.alliance,
            current_wording__effect__kind__in=["exclusion", "suspension"],
            current_wording__effect__participant__in=list(heard),
        )
        .exclude(statements__occasion="exclusion")
        .select_related("alliance", "current_wording")
        .order_by("answer_by", "number")
    )


def _be_heard(rows: list[Proposal], standing: Standing) -> Iterator[Waiting]:
    for one in rows:
        url = reverse("decisions:be_heard", args=[one.alliance.slug, one.number])
        yield Waiting(
            one.title, url, "It is about your organisation. Make your statement.", "me", one.answer_by
        )


waiting = Sources([Source(_to_report, _report), Source(_about_us, _be_heard)])
