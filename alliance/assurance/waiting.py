"""What waits here, and on whom."""

from django.db.models import Exists, OuterRef

from alliance.assurance.models import Download, Report
from alliance.assurance.permissions import ASK
from alliance.core.waiting import Source, Sources, Waiting
from participants.standing import Role, Standing


def _latest(standing: Standing):
    if not standing.has(Role.BOARD_MEMBER):
        return None
    mine = Download.objects.filter(report=OuterRef("pk"), downloaded_by=standing.person)
    reports = (
        Report.objects.filter(alliance=standing.alliance)
        .for_lists()
        .select_related("alliance")
        .annotate(is_fetched=Exists(mine))
    )
    return reports.sealed().newest_first()[:1]


def _fetch(reports: list[Report], standing: Standing) -> list[Waiting]:
    """For board members the latest report, until they have fetched it."""
    return [
        Waiting(
            title=f"Assurance report, {report.period.label}",
            url=report.get_absolute_url(),
            why="It is ready for your board, and you have not downloaded it yet.",
            who="me",
        )
        for report in reports
        if not report.is_fetched
    ]


def _parked(standing: Standing):
    if not standing.has(*ASK):
        return None
    return (
        Report.objects.filter(alliance=standing.alliance)
        .for_lists()
        .select_related("alliance")
        .in_the_making()
        .filter(is_parked=True)
    )


def _mend(reports: list[Report], standing: Standing) -> list[Waiting]:
    """For whoever may ask, a report that is stuck."""
    return [
        Waiting(
            title=f"Assurance report, {report.period.label}",
            url=report.get_absolute_url(),
            why="It could not be made. The page says what is wrong; it can be tried again.",
            who="me",
        )
        for report in reports
    ]


waiting_on = Sources([Source(_latest, _fetch), Source(_parked, _mend)])
