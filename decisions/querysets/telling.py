"""Everything that a tally of proposals needs, brought in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from django.db import models
from django.db.models import Prefetch

from alliance.core.bringing import leave
from alliance.core.questions import Question


def told(proposals: Iterable) -> list:
    """Those that `with_what_there_is()` found, with everything that `tally` needs: a query for each kind of thing that
    there is, and none for what there is not."""
    proposals = list(proposals)
    for name, (of, some, question) in _asked().items():
        field = some.model._meta.get_field(of)
        there = {True: [], False: []}
        for one in proposals:
            holder = one if of == "proposal" else getattr(one, of, None)
            if holder and name not in getattr(holder, "_prefetched_objects_cache", ()):
                there[getattr(one, f"has_{name}", True)].append(holder)
        by_pk, rows = {one.pk: one for one in there[True]}, defaultdict(list)
        for row in question(pks=list(by_pk)):
            setattr(row, of, by_pk[getattr(row, f"{of}_id")])
            rows[getattr(row, f"{of}_id")].append(row)
        for holder in there[True]:
            leave(holder, field, some, rows[holder.pk])
        for holder in there[False]:
            leave(holder, field, _nothing(some.model), [])
    return proposals


def the_whole(proposal: int):
    """The one of that id, `told`; None where there is none."""
    return next(iter(told(_one()(proposal=proposal))), None)


@cache
def _one() -> Question:
    from decisions.models import Proposal

    return Question(lambda proposal: Proposal.objects.with_what_there_is().filter(pk=proposal))


def within(alliance, proposals: Iterable) -> list:
    """What `in_brief()` found, in that alliance."""
    proposals = list(proposals)
    for one in proposals:
        one.alliance = alliance
        if decision := getattr(one, "decision", None):
            decision.alliance = alliance
    return proposals


@cache
def _nothing(model: type[models.Model]) -> models.QuerySet:
    return model.objects.none()


def said() -> dict[str, Prefetch]:
    """What each participant said of a proposal, and what became of it, by its name."""
    from decisions.models import Declaration, Objection, Position, Ratification, RollEntry

    spoken = ("participant", "reason", "wording", "evidence", "replaced_by")
    return {
        "roll": Prefetch("roll", RollEntry.objects.select_related("participant", "departure")),
        "declarations": Prefetch("declarations", Declaration.objects.select_related("participant", "what")),
        "positions": Prefetch("positions", Position.objects.current().select_related(*spoken)),
        "objections": Prefetch("objections", Objection.objects.with_words()),
        "ratifications": Prefetch(
            "decision__ratifications", Ratification.objects.select_related("participant")
        ),
    }


@cache
def _asked() -> dict[str, tuple[str, models.QuerySet, Question]]:
    """The same as questions: by the name of what was said, of what it was said, out of what, and what is asked."""

    def question(queryset, of):
        return of, queryset, Question(lambda pks: queryset.filter(**{f"{of}__in": pks}))

    return {
        name: question(wanted.queryset, "decision" if name == "ratifications" else "proposal")
        for name, wanted in said().items()
    }
