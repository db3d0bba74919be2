"""Measures in the browser."""

from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_safe

from alliance.core.downloads import download_csv
from alliance.core.htmx import redirect, render
from alliance.core.periods import Month, PeriodError
from alliance.core.questions import Question
from alliance.core.refusals import NotPossible
from learning import permissions, services
from learning.analysis import analyse_measure
from learning.forms import AnnotationForm, CorrectionForm, ManyForm, MeasureForm, ObservationForm, RebaseForm
from learning.models import Measure
from participants.models import Alliance
from participants.web import in_alliance


def _find(alliance: Alliance, number: int, *, with_figures: bool = False) -> Measure:
    asked = _with_figures if with_figures else _measure
    if found := asked.first(alliance=alliance.pk, number=number):
        return found
    raise Http404("No such measure.")


def _numbered(alliance: int, number: int):
    return Measure.objects.filter(alliance_id=alliance, number=number).select_related(
        "alliance", "defined_by"
    )


_measure = Question(_numbered)
_with_figures = Question(lambda alliance, number: _numbered(alliance, number).with_figures())


@require_safe
@in_alliance
def measure_list(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    rows = Measure.objects.visible_to(request.user).filter(alliance=alliance).alphabetical().for_cards()
    page = {
        "measures": [analyse_measure(one) for one in rows],
        "why_not_define": permissions.define_measure.reason(request.user, alliance=alliance),
    }
    return render(request, "learning/measures.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def define(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    permissions.define_measure.check(request.user, alliance=alliance)
    form = MeasureForm(request.POST or None, alliance=alliance)
    if request.method == "POST" and form.is_valid():
        measure = services.define_measure(alliance=alliance, by=request.user, **form.cleaned_data)
        messages.success(request, "The measure is kept. Now give it figures.")
        return redirect(request, measure)
    return render(
        request, "learning/define_measure.html", {"form": form}, status=422 if form.is_bound else 200
    )


@require_safe
@in_alliance
def measure(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(alliance, number, with_figures=True)
    analysis = analyse_measure(found)
    corrected = found.observations.filter(replaces__isnull=False).select_related("replaces", "observed_by")
    points = analysis.xmr.points if analysis.xmr else ()
    page = {
        "measure": found,
        "analysis": analysis,
        "rows": list(zip(analysis.observations, points, strict=True))[::-1],
        "corrections": corrected.order_by("-pk"),
        "why_not_observe": permissions.record_observations.reason(request.user, measure=found),
        "why_not_rebase": permissions.rebase_measure.reason(request.user, measure=found),
    }
    return render(request, "learning/measure.html", page)


@require_safe
@in_alliance
def figures_csv(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """The figures that stand, with what rule 49 says of each."""
    analysis = analyse_measure(_find(alliance, number, with_figures=True))
    points = analysis.xmr.points if analysis.xmr else ()
    rows = (
        (
            one.month.slug,
            Decimal(one.figure),
            point.words,
            *(
                None if line is None else round(line, 4)
                for line in (point.phase.mean, point.phase.lower, point.phase.upper)
            ),
            one.note,
        )
        for one, point in zip(analysis.observations, points, strict=True)
    )
    headings = ["Month", analysis.measure.unit, "What it is", "Mean", "Lower limit", "Upper limit", "Note"]
    return download_csv(f"measure-{number}", headings, rows, alliance_id=alliance.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def observe(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(alliance, number)
    permissions.record_observations.check(request.user, measure=found)
    latest = found.observations.current().last()
    initial = {"month": latest.month.next.short_label} if latest else {}
    form = ObservationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.record_observations(
                measure=found,
                figures={said["month"]: said["figure"]},
                notes={said["month"]: said["note"]},
                by=request.user,
            )
        except NotPossible as refusal:
            form.add_error("month", refusal.reason)
        else:
            messages.success(request, f"The figure for {said['month'].label} is kept.")
            return redirect(request, found)
    page = {"form": form, "measure": found}
    return render(request, "learning/observe.html", page, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def observe_many(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(alliance, number)
    permissions.record_observations.check(request.user, measure=found)
    form = ManyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            fresh = services.record_observations(
                measure=found, figures=form.read.figures, notes=form.read.notes, by=request.user
            )
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            there = len(form.read.figures) - len(fresh)
            words = f"{len(fresh)} new figure{'' if len(fresh) == 1 else 's'} kept."
            messages.success(request, words + (f" {there} were there already." if there else ""))
            return redirect(request, found)
    page = {"form": form, "measure": found}
    return render(request, "learning/observe_many.html", page, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def correct(request: HttpRequest, alliance: Alliance, number: int, month: str) -> HttpResponse:
    found = _find(alliance, number)
    permissions.record_observations.check(request.user, measure=found)
    try:
        on = Month.parse(month).start
    except PeriodError as problem:
        raise Http404(str(problem)) from None
    observation = get_object_or_404(found.observations.current(), on=on)
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.correct_observation(
                observation=observation, value=said["figure"], reason=said["reason"], by=request.user
            )
        except NotPossible as refusal:
            form.add_error("figure", refusal.reason)
        else:
            messages.success(
                request, f"{observation.month.label} is corrected. The figure before is kept beside it."
            )
            return redirect(request, found)
    page = {"form": form, "measure": found, "observation": observation}
    return render(request, "learning/correct_observation.html", page, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def annotate(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(alliance, number)
    permissions.annotate_measure.check(request.user, measure=found)
    form = AnnotationForm(request.POST or None, measure=found)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        services.annotate_measure(
            measure=found, on=said["month"].start, text=said["text"], by=request.user, **form.links
        )
        messages.success(request, "The note stands on the chart.")
        return redirect(request, found)
    page = {"form": form, "measure": found}
    return render(request, "learning/annotate.html", page, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def rebase(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(alliance, number)
    permissions.rebase_measure.check(request.user, measure=found)
    form = RebaseForm(request.POST or None, measure=found)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.rebase_measure(
                measure=found,
                on=said["month"].start,
                reason=said["reason"],
                review=said["review"],
                by=request.user,
            )
        except NotPossible as refusal:
            form.add_error("month", refusal.reason)
        else:
            messages.success(request, f"From {said['month'].label} on the chart has new limits.")
            return redirect(request, found)
    page = {"form": form, "measure": found}
    return render(request, "learning/rebase.html", page, status=422 if form.is_bound else 200)
