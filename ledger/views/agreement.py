"""What was agreed about the money, and how it came to be: a year's agreement, and the guided first set-up."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from alliance.core.addresses import reverse
from alliance.core.htmx import redirect, render
from alliance.core.questions import Question
from decisions import permissions as deciding
from decisions.effects import KINDS
from ledger import permissions, possible, services
from ledger.agreement import agreement
from ledger.asking import knowing
from ledger.forms.agreement import MoreForm, YearForm
from ledger.forms.costs import CostsForm
from ledger.models import BookTerms, Budget, Category, Journal, Overhead, ShareTerms
from ledger.views.shared import places
from participants.models import Alliance, Participant
from participants.web import in_alliance


@Question
def _received(alliance: int, first: date, last: date):
    journals = Journal.objects.filter(alliance_id=alliance, kind=Journal.Kind.CONTRIBUTION_RECEIVED)
    return journals.filter(month__range=(first, last))[:50]


# What the founders enter after the first year: (key of the effect, what the step is called, what it is for)
SET_UP = (
    ("share_terms", "Gain and pain", "How a saving or an overspend is shared at the end of the year."),
    ("book_terms", "How the book is kept", "When a forecast asks for a plan, how often reports come."),
    ("overhead", "Overheads", "By what shared costs are shared, the same all year."),
)


@require_safe
@in_alliance
def budget(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """One year's agreed money, both sides of rule 30, each change with its decision."""
    form = CostsForm(request.GET, alliance=alliance)
    founding = not possible.decides_already(alliance)
    page = {
        "why_not": permissions.keep_the_pool.reason(request.user, alliance=alliance),
        "why_not_propose": deciding.propose.reason(request.user, alliance=alliance),
        "founding": founding,
        "places": places(request, alliance),
        "budgets": form.budgets,
        "budget": form.budget,
    }
    if form.budget:
        year = form.budget.year
        received = _received(alliance=alliance.pk, first=year.start, last=year.end)
        page |= {
            "agreed": agreement(form.budget, form.participants),
            "categories": list(Category),
            "receipts": knowing(alliance, received),
            "carried": possible.carried_into(alliance, year),
        }
    return render(request, "ledger/budget.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def new_year(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Open the next financial year, or the first, while the alliance is being founded; later it says who does."""
    permissions.keep_the_pool.check(request.user, alliance=alliance)
    last = Budget.objects.of(alliance).order_by("-starts_on").first()
    year = last.year.next if last else alliance.financial_year()
    if possible.decides_already(alliance):
        return _by_decision(request, alliance, "year", f"The year {year.label} opens by a decision of all")
    participants = list(Participant.objects.filter(alliance=alliance).active())
    carried = possible.carried_into(alliance, year)
    form = YearForm(request.POST or None, participants=participants, year=year, carried=carried)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        services.open_year(
            alliance=alliance,
            year=year,
            contributions=form.contributions,
            lines=form.lines,
            contingency=given["contingency"] or 0,
            brought_forward=given["brought_forward"] or 0,
            by=request.user,
        )
        messages.success(request, f"The year {year.label} is open.")
        return redirect(request, "ledger:set_up", alliance.slug, SET_UP[0][0])
    page = {
        "form": form,
        "year": year,
        "places": places(request, alliance),
        "steps": _steps(alliance, "year"),
    }
    return render(request, "ledger/new_year.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def set_up(request: HttpRequest, alliance: Alliance, step: str) -> HttpResponse:
    """One step of the first set-up: what the founders signed, entered as it is, or skipped."""
    keys = [key for key, *_ in SET_UP]
    if step not in keys:
        raise Http404("No such step.")
    permissions.keep_the_pool.check(request.user, alliance=alliance)
    kind, following = KINDS[step], keys[keys.index(step) + 1 :]
    if possible.decides_already(alliance):
        return _by_decision(request, alliance, step, f"{kind.label}: this changes by a decision of all")
    form, more = kind.form(request.POST or None, alliance=alliance), MoreForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and more.is_valid():
        kind.agree(alliance, form.terms, by=request.user)
        messages.success(request, "It is kept. " + " ".join(kind.sentences(alliance, form.terms)))
        if more.cleaned_data["more"]:
            return redirect(request, "ledger:set_up", alliance.slug, step)
        return redirect(request, _next_url(alliance, following))
    page = {
        "form": form,
        "title": next(title for key, title, _ in SET_UP if key == step),
        "words": next(words for key, _, words in SET_UP if key == step),
        "steps": _steps(alliance, step),
        "repeats": step == "overhead",
        "skip_url": _next_url(alliance, following),
        "last": not following,
        "places": places(request, alliance),
    }
    return render(request, "ledger/set_up.html", page, status=422 if form.errors else 200)


def _next_url(alliance: Alliance, following: list[str]) -> str:
    if following:
        return reverse("ledger:set_up", args=[alliance.slug, following[0]])
    return reverse("ledger:budget", args=[alliance.slug])


def _steps(alliance: Alliance, here: str) -> list[dict]:
    """The set-up's steps for components/steps.html; a skipped one is not done."""
    done = {
        "year": Budget.objects.of(alliance),
        "share_terms": ShareTerms.objects.of(alliance),
        "book_terms": BookTerms.objects.of(alliance),
        "overhead": Overhead.objects.of(alliance),
    }
    every = [("year", "The year", "Contributions, budget lines, contingency."), *SET_UP]
    return [
        {
            "title": title,
            "words": words,
            "state": "now" if key == here else "done" if done[key].exists() else "next",
        }
        for key, title, words in every
    ]


def _by_decision(request: HttpRequest, alliance: Alliance, template: str, title: str) -> HttpResponse:
    """What was a founders' act is a decision now; the way to it."""
    page = {
        "title": title,
        "template": template,
        "why_not_propose": deciding.propose.reason(request.user, alliance=alliance),
        "places": places(request, alliance),
    }
    return render(request, "ledger/by_decision.html", page, status=409 if request.method == "POST" else 200)
