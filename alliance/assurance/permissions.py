"""Who may do what with reports. Each rule returns the reason why not, or ""."""

from alliance.assurance.models import Report
from alliance.core.permissions import rule
from participants.models import Alliance
from participants.standing import Role, standing

ASK = (
    Role.REPRESENTATIVE,
    Role.DEPUTY,
    Role.FINANCE_LEAD,
    Role.POOL_MANAGER,
    Role.LEARNING_LEAD,
    Role.SYSTEM_STEWARD,
)


@rule
def request_report(by, *, alliance: Alliance) -> str:
    """`by` None is the calendar, which asks for each quarter's report by itself."""
    if by is None or standing(by, alliance).has(*ASK):
        return ""
    return (
        "Representatives, deputies, finance leads, the pool manager, the learning lead and the system steward ask "
        "for reports. You can read and download every one."
    )


@rule
def download_report(by, *, report: Report) -> str:
    """Everybody with a role in the alliance: board members and auditors above all."""
    return "" if standing(by, report.alliance).appointments else "You hold no role in this alliance."
