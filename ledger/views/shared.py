"""What the open book's pages have in common."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from alliance.core.forms import Form
from ledger import permissions
from ledger.querying import OnLine
from participants.models import Alliance, Participant

PLACES = [
    ("The book", "book", {"book", "lines"}),
    ("Forecast", "forecast", {"forecast", "say_forecast", "plan", "write_plan", "end_plan"}),
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
            "own_books",
            "confirm_own_books",
        },
    ),
    ("Journals", "journals", {"journals", "journal", "reversal", "correction"}),
    ("Queries", "queries", {"queries", "query", "ask", "reply"}),
    ("The agreement", "budget", {"budget", "new_year", "receipt", "set_up"}),
    ("Payments", "payments", {"payments", "pay", "pay_transfer"}),
    (
        "Months and years",
        "periods",
        {
            "periods",
            "close",
            "accruals",
            "accrue",
            "prepay",
            "years",
            "year_end",
            "close_year",
            "memorandum",
        },
    ),
    ("Gain and pain", "scenario", {"scenario"}),
    ("Full cost and VAT", "full_cost", {"full_cost", "vat", "state_vat"}),
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


def numbered(name: str, alliance: Alliance, places: int = 1) -> Callable[..., str]:
    """Addresses whose last `places` are numbers, reversed once: for what a page links to in every row."""
    marks = range(987_654_321, 987_654_321 + places)
    before, between = reverse(f"ledger:{name}", args=[alliance.slug, *marks]), []
    for mark in reversed(marks):
        before, _, after = before.rpartition(str(mark))
        between.insert(0, after)

    def address(*numbers: int) -> str:
        return before + "".join(f"{number}{after}" for number, after in zip(numbers, between, strict=True))

    return address


def filters_on(form: Form, **kept: str) -> list[dict]:
    """Each filter that leaves something out, with the query without it; `kept` is no filter and stays."""
    on = []
    for name, value in form.narrowed.items():
        field = form.fields[name]
        rest = {key: one for key, one in form.narrowed.items() if key != name} | kept
        named = dict(getattr(field, "choices", ())).get(value, value)
        on.append({"label": field.label, "value": named, "query": urlencode(rest)})
    return on


def query_links(alliance: Alliance, journal: int, line: int, asked: OnLine | None) -> dict | None:
    """The way to the queries about a line, and what it says: "2 queries, 1 unresolved"."""
    if asked is None:
        return None
    words = "1 query" if asked.count == 1 else f"{asked.count} queries"
    if asked.unresolved:
        words += ", unresolved" if asked.count == 1 else f", {asked.unresolved} unresolved"
    if asked.count == 1:
        return {"words": words, "url": reverse("ledger:query", args=[alliance.slug, asked.newest])}
    return {
        "words": words,
        "url": f"{reverse('ledger:queries', args=[alliance.slug])}?about={journal}.{line}",
    }


def whose_returns(request: HttpRequest, alliance: Alliance, everybody=None) -> list[Participant]:
    """The participants whose returns this person may send; `everybody` are the alliance's, where they are at hand."""
    ids = request.standing.participant_ids
    ours = [
        one for one in everybody or Participant.objects.filter(alliance=alliance, pk__in=ids) if one.pk in ids
    ]
    return [one for one in ours if permissions.send_return.allows(request.user, participant=one)]
