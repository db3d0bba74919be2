"""What the open book's pages have in common."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from alliance.core.addresses import reverse
from alliance.core.forms import Form
from alliance.core.periods import Month
from alliance.core.questions import Question
from ledger import asking, permissions
from ledger.querying import OnLine
from participants.models import Alliance, Participant

LARGEST = 2**31 - 1  # whole number of a column
LAST = 2**62  # no number is as high: the list from its beginning

# The places of the book: what each is called, and its rooms: (label, the page that one enters, the pages in it).
PLACES = (
    (
        "The book",
        (
            ("Where it stands", "book", {"lines"}),
            ("Journals", "journals", {"journal", "reversal", "correction"}),
            ("Pay by grade", "staff", ()),
            ("Does it add up?", "explain", {"account"}),
        ),
    ),
    ("Forecast", (("Forecast", "forecast", {"say_forecast", "plan", "write_plan", "end_plan"}),)),
    (
        "Cost returns",
        (
            (
                "Returns",
                "returns",
                {"send_return", "return", "columns", "sheet", "names", "fix", "total", "row", "type_return"}
                | {"state_nothing", "add_evidence"},
            ),
            ("Own books", "own_books", {"confirm_own_books"}),
        ),
    ),
    ("Queries", (("Queries", "queries", {"query", "ask", "reply"}),)),
    (
        "The agreement",
        (
            ("What is agreed", "budget", {"new_year", "receipt", "set_up"}),
            ("Gain and pain", "scenario", ()),
            ("Full cost", "full_cost", ()),
            ("VAT", "vat", {"state_vat"}),
        ),
    ),
    ("Payments", (("Payments", "payments", {"pay", "pay_transfer"}),)),
    (
        "Months and years",
        (
            ("Months", "periods", {"close"}),
            ("Accruals and prepayments", "accruals", {"accrue", "prepay"}),
            ("Years", "years", {"year_end", "close_year", "memorandum"}),
        ),
    ),
    (
        "Take it along",
        (
            ("Files", "exports", {"accounts_file", "table_file"}),
            ("Spend over £500", "spend", {"spend_file", "mark_supplier"}),
        ),
    ),
)


def places(request: HttpRequest, alliance: Alliance) -> dict:
    """Where this page is in the book, for ledger/layout.html: `items` are its places, `rooms` those of this one."""
    here = request.resolver_match.url_name
    page = {"items": [], "rooms": [], "here": ""}
    for label, rooms in PLACES:
        inside = [_room(alliance, here, *room) for room in rooms]
        is_here = any(one["current"] for one in inside)
        page["items"].append({"label": label, "url": inside[0]["url"], "current": is_here})
        if is_here:
            page |= {"here": label, "rooms": inside if len(inside) > 1 else []}
    return page


def _room(alliance: Alliance, here: str, label: str, name: str, pages: Iterable[str]) -> dict:
    url = reverse(f"ledger:{name}", args=[alliance.slug])
    return {"label": label, "url": url, "current": here == name or here in pages}


def key_of(place: tuple[date, int, int]) -> str:
    """Where a page of lines ends (month, journal's id, line), for its address."""
    month, journal, line = place
    return f"{month:%Y-%m}.{journal}.{line}"


def place_from(key: str) -> tuple[date, int, int] | None:
    """The place of `key_of`; None from anything else."""
    try:
        month, journal, line = key.split(".")
        return Month.parse(month).start, int(journal), int(line)
    except ValueError:
        return None


def find_numbered(question: Question, **values: int):
    """The first answer; 404 for none, and for a number that is larger than any column holds."""
    found = question.first(**values) if max(values.values()) <= LARGEST else None
    if found is None:
        raise Http404("There is none of that number.")
    return found


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


@cache
def tag(text: str, tone: str = "", icon: str = "") -> SafeString:
    """components/tag.html, for lists that say the same state in many rows."""
    return render_to_string("components/tag.html", {"text": text, "tone": tone, "icon": icon})


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


def whose_returns(
    request: HttpRequest, alliance: Alliance, everybody: Iterable[Participant] | None = None
) -> list[Participant]:
    """The participants whose returns this person may send; `everybody` are the alliance's, where they are at hand."""
    ids = request.standing.participant_ids
    if everybody is None:
        everybody = asking.everybody(alliance) if ids else ()
    return [
        one
        for one in everybody
        if one.pk in ids and permissions.send_return.allows(request.user, participant=one)
    ]
