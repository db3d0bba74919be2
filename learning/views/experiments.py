"""Experiments in the browser."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.core.addresses import reverse
from alliance.core.htmx import redirect, render
from alliance.core.models import Event
from alliance.core.paging import page_of, place_of
from alliance.core.questions import Question
from alliance.core.refusals import NotPossible
from learning import permissions, services
from learning.forms import EndExperimentForm, ExperimentForm, GateForm
from learning.lifecycle import EXPERIMENT
from learning.models import Experiment, GateAnswer
from learning.services.experiments import why_not_start
from participants.models import Alliance
from participants.web import in_alliance

SHOWN = {
    "": ("All", ()),
    "running": ("Running", ("running",)),
    "proposed": ("Proposed", ("proposed",)),
    "ended": ("Ended", ("embedded", "adapted", "stopped")),
}


def _find(request: HttpRequest, alliance: Alliance, number: int) -> Experiment:
    if found := _experiment.first(alliance=alliance.pk, number=number):
        return found
    raise Http404("No such experiment.")


@Question
def _experiment(alliance: int, number: int):
    found = Experiment.objects.filter(alliance_id=alliance, number=number).with_gates().with_proposer()
    return found.select_related("alliance", "started_by", "ended_by", "learned", "follows__alliance")


@require_safe
@in_alliance
def experiment_list(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """All of them, those that did not turn out as hoped too."""
    shown = request.GET.get("show", "") if request.GET.get("show", "") in SHOWN else ""
    rows = Experiment.objects.visible_to(request.user).filter(alliance=alliance).with_gates().with_proposer()
    if shown:
        rows = rows.filter(status__in=SHOWN[shown][1])
    here = reverse("learning:experiments", args=[alliance.slug])
    page = {
        "page": page_of(request, rows.select_related("learned").order_by("-number")),
        "tabs": [
            {"label": label, "url": f"{here}?show={key}" if key else here, "current": key == shown}
            for key, (label, _) in SHOWN.items()
        ],
        "why_not_propose": permissions.propose_experiment.reason(request.user, alliance=alliance),
    }
    return render(request, "learning/experiments.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def propose(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    permissions.propose_experiment.check(request.user, alliance=alliance)
    follows = None
    if (number := place_of(request, "after")) is not None:
        follows = _find(request, alliance, number)
    form = ExperimentForm(request.POST or None, initial=_again(follows))
    if request.method == "POST" and form.is_valid():
        experiment = services.propose_experiment(
            alliance=alliance, by=request.user, follows=follows, **form.cleaned_data
        )
        messages.success(request, "Your experiment is proposed.")
        return redirect(request, experiment)
    page = {"form": form, "follows": follows}
    return render(request, "learning/propose_experiment.html", page, status=422 if form.is_bound else 200)


def _again(follows: Experiment | None) -> dict:
    """What the next one takes over from the one that it grew out of."""
    if follows is None:
        return {}
    return {
        name: getattr(follows, name)
        for name in ("title", "question", "trying", "how_we_learn", "size", "place")
    }


@require_safe
@in_alliance
def experiment(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    return _page(request, _find(request, alliance, number))


def _page(request: HttpRequest, found: Experiment, wrong: GateForm | None = None) -> HttpResponse:
    proposed = found.status == Experiment.State.PROPOSED
    reason = permissions.answer_gate.reason(request.user, experiment=found)
    gates = []
    for gate in GateAnswer.Gate:
        form = (
            wrong if wrong and wrong.gate == gate else GateForm(gate=gate, initial={"version": found.version})
        )
        before = [one for one in found.gates.all() if one.gate == gate and one != found.gate(gate)]
        gates.append({"gate": gate, "given": found.gate(gate), "before": before, "form": form})
    page = {
        "experiment": found,
        "proposed": proposed,
        "gates": gates,
        "form": wrong,
        "why_not_gate": reason,
        "why_not_revise": permissions.revise_experiment.reason(request.user, experiment=found),
        "why_not_withdraw": permissions.withdraw_experiment.reason(request.user, experiment=found),
        "why_not_start": permissions.start_experiment.reason(request.user, experiment=found)
        or why_not_start(found),
        "why_not_end": permissions.end_experiment.reason(request.user, experiment=found),
        "past_its_end": found.is_past_its_end(),
        "steps": _steps(found),
        "followed_by": found.followed_by.select_related("alliance"),
        "risks": found.risks_touched.filter(untied_at__isnull=True).select_related("risk__current_version"),
        "why_not_tie": permissions.tie_risks.reason(request.user, experiment=found),
        "notes": found.notes.select_related("measure__alliance"),
        "events": Event.objects.about(found).order_by("seq"),
        "can_follow": found.is_ended
        and permissions.propose_experiment.allows(request.user, alliance=found.alliance),
    }
    return render(request, "learning/experiment.html", page, status=422 if wrong else 200)


def _steps(found: Experiment) -> list[dict]:
    """The way of an experiment, and where this one is."""
    legal, safe = (bool((given := found.gate(gate)) and given.yes) for gate in ("legal", "safe"))
    started = found.started_at is not None
    done = [not found.lacks, legal, safe, started, found.is_ended]
    told = [
        (
            "An idea",
            f"Still to say: {', '.join(found.lacks)}"
            if found.lacks
            else "A question, a size, an end, a way to learn",
        ),
        ("Is it legal?", "Yes" if legal else "Not answered with a yes"),
        ("Is it safe?", "Yes" if safe else "Not answered with a yes"),
        ("Try it", "" if started else "If yes, go"),
        ("Gather the learning", "Good and bad: embed, adapt or stop"),
    ]
    now = next((place for place, yes in enumerate(done) if not yes), None)
    return [
        {"title": title, "words": words, "state": "done" if yes else "now" if place == now else "next"}
        for place, ((title, words), yes) in enumerate(zip(told, done, strict=True))
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def revise(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(request, alliance, number)
    permissions.revise_experiment.check(request.user, experiment=found)
    EXPERIMENT.require(found.status, "revise")
    answered = any(found.gate(gate) for gate in GateAnswer.Gate.values)
    form = ExperimentForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        services.revise_experiment(experiment=found, by=request.user, **form.cleaned_data)
        messages.success(
            request, "The experiment is changed." + (" Both gates are asked again." if answered else "")
        )
        return redirect(request, found)
    page = {"form": form, "experiment": found, "answered": answered}
    return render(request, "learning/revise_experiment.html", page, status=422 if form.is_bound else 200)


@require_POST
@in_alliance
def gate(request: HttpRequest, alliance: Alliance, number: int, gate: str) -> HttpResponse:
    if gate not in GateAnswer.Gate.values:
        raise Http404("There are two gates.")
    found = _find(request, alliance, number)
    permissions.answer_gate.check(request.user, experiment=found)
    form = GateForm(request.POST.dict(), gate=gate)
    if not form.is_valid():
        return _page(request, found, wrong=form)
    yes = form.cleaned_data["answer"] == "yes"
    try:
        services.answer_gate(
            experiment=found,
            gate=gate,
            yes=yes,
            words=form.cleaned_data["words"],
            version=form.cleaned_data["version"],
            by=request.user,
        )
    except NotPossible as refusal:
        form.add_error(None, refusal.reason)
        form.data = form.data | {form.add_prefix("version"): _find(request, alliance, number).version}
        return _page(request, _find(request, alliance, number), wrong=form)
    messages.success(request, f"Your answer is kept: {form.gate.label} {'Yes' if yes else 'No'}.")
    return redirect(request, found)


@require_POST
@in_alliance
def start(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(request, alliance, number)
    if found.status != Experiment.State.RUNNING:
        services.start_experiment(experiment=found, by=request.user)
        messages.success(request, "It has started. Gather the learning, good and bad.")
    return redirect(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def end(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(request, alliance, number)
    if found.is_ended:
        return redirect(request, found)
    permissions.end_experiment.check(request.user, experiment=found)
    EXPERIMENT.require(found.status, "stopped")
    form = EndExperimentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.end_experiment(experiment=found, by=request.user, **form.cleaned_data)
        messages.success(request, "Thank you: what was learned is kept for everybody.")
        return redirect(request, found)
    page = {"form": form, "experiment": found}
    return render(request, "learning/end_experiment.html", page, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def withdraw(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(request, alliance, number)
    permissions.withdraw_experiment.check(request.user, experiment=found)
    if request.method == "POST":
        services.withdraw_experiment(experiment=found, by=request.user)
        messages.success(request, "Your experiment is withdrawn.")
        return redirect(request, found)
    EXPERIMENT.require(found.status, "withdraw")
    return render(request, "learning/withdraw_experiment.html", {"experiment": found})
