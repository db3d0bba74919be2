"""Urgent safety actions to be reported, and statements that are awaited."""

from collections.abc import Iterator

from django.urls import reverse

from alliance.core.waiting import Waiting
from decisions.models import Proposal, UrgentAction
from decisions.voices import heard_for
from participants.standing import Standing


def waiting(standing: Standing) -> Iterator[Waiting]:
    """Two queries at most."""
    speaks, heard = standing.speaks_for_ids, heard_for(standing)
    if not heard:
        return
    to_report = UrgentAction.objects.filter(alliance=standing.alliance, participant_id__in=speaks).to_report()
    for one in to_report.select_related("alliance").order_by("report_by", "number")[:30]:
        yield Waiting(
            one.title,
            one.get_absolute_url(),
            "Report this urgent safety action to the leadership team.",
            "me",
            one.report_by,
        )
    about_us = (
        Proposal.objects.open()
        .filter(
            alliance=standing.alliance,
            current_wording__effect__kind__in=["exclusion", "suspension"],
            current_wording__effect__participant__in=list(heard),
        )
        .exclude(statements__occasion="exclusion")
    )
    for one in about_us.select_related("alliance", "current_wording").order_by("answer_by", "number")[:30]:
        url = reverse("decisions:be_heard", args=[one.alliance.slug, one.number])
        yield Waiting(
            one.title, url, "It is about your organisation. Make your statement.", "me", one.answer_by
        )
