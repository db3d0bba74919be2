"""Queries on a line in the browser: asked from the line itself, answered and settled in the open."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.core.addresses import reverse
from alliance.core.htmx import redirect, render
from alliance.core.paging import first_of, place_of
from alliance.core.questions import Question
from alliance.core.refusals import NotAllowed
from ledger import permissions, querying, services
from ledger.asking import knowing
from ledger.exporting.tables import columns, list_file
from ledger.forms.queries import AskForm, QueriesForm, ReplyForm
from ledger.lifecycle import QUERY, QueryState
from ledger.models import CostReturn, Entry, Query, QueryReply
from ledger.views.shared import filters_on, find_numbered, places
from participants.models import Alliance, Participant
from participants.web import in_alliance

Verb = QueryReply.Verb
TONES = {
    QueryState.ASKED: ("plum", "question"),
    QueryState.ANSWERED: ("petrol", "story"),
    QueryState.SETTLED: ("strong", "tick"),
    QueryState.WITHDRAWN: ("outline", "minus"),
    QueryState.CLOSED: ("outline", "lock"),
}
ACTS = {
    Verb.ANSWER: services.answer_query,
    Verb.ASK_AGAIN: services.ask_again,
    Verb.SETTLE: services.settle_query,
    Verb.WITHDRAW: services.withdraw_query,
    Verb.CLOSE: services.close_query,
}
ICONS = {
    Verb.ANSWER: "story",
    Verb.ASK_AGAIN: "question",
    Verb.SETTLE: "tick",
    Verb.WITHDRAW: "minus",
    Verb.CLOSE: "lock",
}
DONE = {
    Verb.ANSWER: "Your answer is there for everybody to read. {asking} settles the query or asks again.",
    Verb.ASK_AGAIN: "Your question is there. {answering} answers it.",
    Verb.SETTLE: "The query is settled.",
    Verb.WITHDRAW: "The query is withdrawn. What was said stays in sight.",
    Verb.CLOSE: "The query is closed. What was said stays in sight.",
}


@require_safe
@in_alliance
def queries(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Every query, newest first, with its state and age."""
    form = QueriesForm(request.GET, alliance=alliance)
    found = form.within(Query.objects.of(alliance).told())
    before = place_of(request, "before")
    if before:
        found = found.filter(number__lt=before)
    shown, more = first_of(found.order_by("-number"))
    for one in querying.with_entries(shown):
        one.tone, one.icon = TONES[one.state]
    page = {
        "form": form,
        "queries": shown,
        "unresolved": Query.objects.of(alliance).unresolved().count(),
        "older": f"?{urlencode(form.narrowed | {'before': shown[-1].number})}" if more else "",
        "first": f"?{urlencode(form.narrowed)}" if before else "",
        "query": urlencode(form.narrowed),
        "taken_off": filters_on(form),
        "places": places(request, alliance),
    }
    return render(request, "ledger/queries.html", page, partial="queries")


@require_safe
@in_alliance
def queries_file(request: HttpRequest, alliance: Alliance, file_format: str) -> HttpResponse:
    """The queries that the page shows, all of them, without their words: those are on their pages."""
    form = QueriesForm(request.GET, alliance=alliance)
    found = form.within(
        Query.objects.of(alliance).select_related("asking", "answering", "budget_line", "journal")
    )

    def rows():
        for one in found.order_by("-number").iterator(chunk_size=500):
            yield (
                *(one.number, one.get_state_display(), one.asked_on, one.days, one.asking.name),
                *(one.answering.name, one.budget_line.name, one.period.slug, one.journal.number, one.line),
            )

    headed = columns(
        *("Query #", "State", "Asked on @", "Age in days #", "Asked by", "Whose line"),
        *("Budget line", "Month", "Journal #", "Line #"),
    )
    return list_file(alliance, "queries", "Queries", headed, rows(), file_format)


@require_safe
@in_alliance
def query(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """One query: the line that it is about, and what was said."""
    return _show(request, _query(alliance, number))


@require_POST
@in_alliance
def reply(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """An answer, another question, a settlement or a withdrawal, as the person may and the state permits."""
    found = _query(alliance, number)
    if why_not := _why_not(request, found):
        raise NotAllowed(why_not)
    if not (verbs := _verbs(request, found)):
        QUERY.require(found.state, "answer")
        raise NotAllowed(permissions.answer_query.reason(request.user, query=found))
    form = ReplyForm(request.POST, verbs=verbs)
    if not form.is_valid():
        return _show(request, found, form)
    said = form.cleaned_data
    ACTS[said["then"]](query=found, words=said["words"], by=request.user)
    words = {"asking": found.asking.short_name, "answering": found.answering.short_name}
    messages.success(request, DONE[said["then"]].format(**words))
    return redirect(request, found.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def ask(request: HttpRequest, alliance: Alliance, number: int, line: int) -> HttpResponse:
    """Ask the organisation whose line of cost it is."""
    related = ("journal", "participant", "budget_line", "account", "alliance")
    costs = Entry.objects.filter(alliance=alliance, budget_line__isnull=False).select_related(*related)
    entry = get_object_or_404(costs, journal__number=number, line=line)
    permissions.ask_about.check(request.user, entry=entry)
    ours = querying.asks_for(request.standing).keys() - {entry.participant_id}
    form = AskForm(request.POST or None, participants=list(Participant.objects.filter(pk__in=ours)))
    if request.method == "POST" and form.is_valid():
        asked = services.ask_about_line(entry=entry, by=request.user, **form.cleaned_data)
        messages.success(
            request, f"Query {asked.number} is asked. {entry.participant.short_name} answers it."
        )
        return redirect(request, asked.get_absolute_url())
    page = {
        "entry": entry,
        "form": form,
        "before": querying.on_entries(alliance, [entry]).get((entry.journal_id, entry.line)),
        "about_url": f"{reverse('ledger:queries', args=[alliance.slug])}?about={number}.{entry.line}",
        "back": entry.journal.get_absolute_url(),
        "places": places(request, alliance),
    }
    return render(request, "ledger/ask.html", page, status=422 if form.errors else 200)


# ── What the pages show ──────────────────────────────────────────────────────


def _query(alliance: Alliance, number: int) -> Query:
    found = find_numbered(_numbered, alliance=alliance.pk, number=number)
    knowing(alliance, (found, found.journal))
    return found


@Question
def _numbered(alliance: int, number: int):
    return Query.objects.filter(alliance_id=alliance, number=number).told()


@Question
def _sources(alliance: int, journal: int):
    return CostReturn.objects.filter(alliance_id=alliance, journal_id=journal).only("alliance", "number")


@Question
def _replies(query: int):
    return QueryReply.objects.filter(query_id=query).select_related("words", "participant")


def _why_not(request: HttpRequest, found: Query) -> str:
    """Why this person says nothing here at all, whatever its state."""
    rules = (permissions.answer_query, permissions.settle_query, permissions.close_query)
    reasons = [rule.reason(request.user, query=found) for rule in rules]
    return " ".join(reasons[:2]) if all(reasons) else ""


def _verbs(request: HttpRequest, found: Query) -> list[str]:
    """What this person can do now."""
    rules = dict.fromkeys((Verb.SETTLE, Verb.ASK_AGAIN, Verb.WITHDRAW), permissions.settle_query)
    rules = {Verb.ANSWER: permissions.answer_query} | rules | {Verb.CLOSE: permissions.close_query}
    return [
        verb
        for verb, rule in rules.items()
        if QUERY.permits(found.state, verb) and rule.allows(request.user, query=found)
    ]


def _show(request: HttpRequest, found: Query, form: ReplyForm | None = None) -> HttpResponse:
    querying.with_entries([found])
    verbs = _verbs(request, found)
    if form is None and verbs:
        form = ReplyForm(verbs=verbs)
    tone, icon = TONES[found.state]
    source = None
    if found.entry.source_row:
        source = _sources.first(alliance=found.alliance_id, journal=found.journal_id)
        knowing(found.alliance, filter(None, [source]))
    replies = _replies(query=found.pk)
    for one in replies:
        one.icon = ICONS[one.verb]
    page = {
        "query": found,
        "replies": replies,
        "tone": tone,
        "icon": icon,
        "form": form,
        "only_verb": verbs[0] if len(verbs) == 1 else "",
        "asking_left": found.is_unresolved and permissions.left_the_alliance(found.asking),
        "source": source,
        "today": timezone.localdate(),
        "places": places(request, found.alliance),
    }
    return render(request, "ledger/query.html", page, status=422 if form and form.errors else 200)
