"""What waits here, and on whom."""

from django.db.models import Exists, OuterRef

from alliance.assurance.models import Download, Report
from alliance.assurance.permissions import ASK
from alliance.core.waiting import Waiting
from participants.standing import Role, Standing


def waiting_on(standing: Standing) -> list[Waiting]:
    """For board members the latest report, until they have fetched it; for whoever may ask, a report that is stuck."""
    if not standing.has(Role.BOARD_MEMBER, *ASK):
        return []
    mine = Download.objects.filter(report=OuterRef("pk"), downloaded_by=standing.person)
    reports = Report.objects.filter(alliance=standing.alliance).for_lists().annotate(is_fetched=Exists(mine))
    latest = next(iter(reports.sealed().newest_first()[:1]), None)
    waiting = []
    if standing.has(Role.BOARD_MEMBER) and latest and not latest.is_fetched:
        waiting.append(
            Waiting(
                title=f"Assurance report, {latest.period.label}",
                url=latest.get_absolute_url(),
                why="It is ready for your board, and you have not downloaded it yet.",
                who="me",
            )
        )
    if standing.has(*ASK):
        waiting += [
            Waiting(
                title=f"Assurance report, {report.period.label}",
                url=report.get_absolute_url(),
                why="It could not be made. The page says what is wrong; it can be tried again.",
                who="me",
            )
            for report in reports.in_the_making().filter(is_parked=True)
        ]
    return waiting
