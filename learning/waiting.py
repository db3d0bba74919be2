"""What waits in learning, and on whom: a constant number of queries."""

from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.waiting import Source, Sources, Waiting
from learning import permissions
from learning.models import Action, Experiment
from participants.standing import Standing


def _taken(standing: Standing):
    if standing.only_reads:
        return None
    mine = Action.objects.filter(alliance=standing.alliance).open().taken_by(standing)
    return mine.with_takers().soonest_first()


def _actions(rows: list[Action], standing: Standing):
    alliance = standing.alliance
    for action in rows:
        own = action.person_id == standing.person.pk
        taken = "You took this" if own else f"{action.participant} took this"
        yield Waiting(
            title=action.what,
            url=reverse("learning:action", args=[alliance.slug, action.number]),
            why=f"{taken} in review {action.review.number}, “{action.review.title}”.",
            who="me" if own else "organisation",
            due=action.due_on,
        )


def _going_on(standing: Standing):
    if standing.only_reads:
        return None
    rows = Experiment.objects.filter(alliance=standing.alliance, status__in=["proposed", "running"])
    return rows.with_answers_at_gates().order_by("number")


def _experiments(rows: list[Experiment], standing: Standing):
    """Those that wait at a gate, and those that are past their end date."""
    alliance, person = standing.alliance, standing.person
    convenes = permissions.convenes(person, alliance)
    for experiment in rows:
        mine = experiment.proposed_by_id == person.pk
        url = reverse("learning:experiment", args=[alliance.slug, experiment.number])
        if experiment.is_past_its_end(timezone.localdate()):
            yield Waiting(
                title=experiment.title,
                url=url,
                why="The experiment's end date has passed: say what was learned, good and bad.",
                who="me" if mine or convenes else "others",
                due=experiment.ends_on,
            )
        elif experiment.status == Experiment.State.PROPOSED and (mine or convenes):
            yield from _proposed(experiment, url, mine, convenes)


def _proposed(experiment: Experiment, url: str, mine: bool, convenes: bool):
    gates = " ".join(f"{gate}?" for gate in experiment.waits_for)
    refused = any(given and not given.yes for given in map(experiment.gate, experiment.waits_for))
    if mine and (refused or experiment.lacks):
        lacks = f"It lacks {', '.join(experiment.lacks)}." if experiment.lacks else ""
        why = "A gate said no: change the experiment, or withdraw it." if refused else lacks
        yield Waiting(title=experiment.title, url=url, why=why, who="me")
    elif gates and not refused:
        yield Waiting(
            title=experiment.title,
            url=url,
            why=f"The experiment waits for an answer: {gates}",
            who="me" if convenes else "others",
        )
    elif not gates and not experiment.lacks:
        yield Waiting(title=experiment.title, url=url, why="Both gates said yes: it can start.", who="me")


waiting_on = Sources([Source(_taken, _actions), Source(_going_on, _experiments)])
