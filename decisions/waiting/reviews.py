"""Decisions whose day to look back has come, on the home page."""

from collections.abc import Iterator

from alliance.core.waiting import Source, Sources, Waiting
from decisions import permissions
from decisions.models import Decision
from participants.standing import Standing


def _due(standing: Standing):
    return (
        Decision.objects.to_review()
        .filter(alliance=standing.alliance)
        .select_related("alliance", "wording", "proposal__participant")
        .order_by("review_due", "number")
    )


def _look_back(rows: list[Decision], standing: Standing) -> Iterator[Waiting]:
    """It waits on those who speak for whoever put the proposal; for the others, on others."""
    for one in rows:
        whose = one.proposal.participant
        if whose.pk in standing.speaks_for_ids or standing.has(*permissions.LOOK_BACK):
            who = "me"
        elif whose.pk in standing.participant_ids:
            who = "organisation"
        else:
            who = "others"
        why = (
            "A conflict of interest was found after the seal. Look at the decision again."
            if one.conflict_found
            else "Review due: is this what we intended? What next?"
        )
        yield Waiting(one.title, one.get_absolute_url(), why, who, one.review_due)


waiting = Sources([Source(_due, _look_back)])
