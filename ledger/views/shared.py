"""What the open book's pages have in common."""

from django.http import HttpRequest
from django.urls import reverse

from ledger import permissions
from participants.models import Alliance, Participant

PLACES = [
    ("The book", "book", {"book", "lines"}),
    (
        "Cost returns",
        "returns",
        {
            "returns",
            "send_return",
            "return",
            "columns",
            "row",
            "names",
            "fix",
            "type_return",
            "state_nothing",
            "add_evidence",
        },
    ),
    ("Journals", "journals", {"journals", "journal", "reversal", "correction"}),
    ("Queries", "queries", {"queries", "query", "ask", "reply"}),
    ("The agreement", "budget", {"budget", "new_year", "receipt", "set_up"}),
    ("Payments", "payments", {"payments", "pay", "pay_transfer"}),
    ("Months", "periods", {"periods", "close", "accruals", "accrue", "prepay"}),
    ("Gain and pain", "scenario", {"scenario"}),
    (
        "Take it along",
        "exports",
        {"exports", "accounts_file", "table_file", "spend", "spend_file", "mark_supplier"},
    ),
    ("Does it add up?", "explain", {"explain"}),
]


def places(request: HttpRequest, alliance: Alliance) -> list[dict]:
    """The rooms of the book, for components/subnav.html."""
    here = request.resolver_match.url_name
    return [
        {"label": label, "url": reverse(f"ledger:{name}", args=[alliance.slug]), "current": here in names}
        for label, name, names in PLACES
    ]


def whose_returns(request: HttpRequest, alliance: Alliance) -> list[Participant]:
    """The participants whose returns this person may send."""
    ours = Participant.objects.filter(alliance=alliance, pk__in=request.standing.participant_ids)
    return [one for one in ours if permissions.send_return.allows(request.user, participant=one)]
