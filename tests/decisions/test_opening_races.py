"""Opening a proposal while who is in the alliance, or what all signed, changes: open to what is true, or a sentence."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from alliance.core.record import breaks_in_chain
from alliance.core.refusals import Refusal
from alliance.core.tenancy import within_alliance
from decisions import services
from decisions.invariants import _sealed as sealed_wrongly
from decisions.invariants import breaks_in_the_telling
from decisions.models import Decision
from participants.models import Alliance, Participant, Principle
from tests.factories.decisions import again, answer, make_draft
from tests.factories.effects import propose_effect, voices

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(alliance, *acts) -> list:
    """Run the acts at the same moment, each on its own connection; their results, or the refusals they met."""
    together = Barrier(len(acts))

    def run(act):
        try:
            together.wait()
            return within_alliance(alliance.pk, act)
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def last_answer(proposal):
    """All but one have agreed; the act that seals it."""
    spoken = voices(proposal.alliance)
    *most, last = [one.participant for one in again(proposal).roll.select_related("participant")]
    for one in most:
        answer(proposal, one, spoken[one])
    return lambda: answer(proposal, last, spoken[last])


def opening(draft, by):
    return lambda: services.open_proposal(proposal=draft, by=by)


QUAY = {
    "name": "Quay Trust",
    "short_name": "Quay",
    "role": "provider",
    "form": "charity",
    "signed_by": "Quentin Quill, chief executive",
}
CHANGES = {
    "joins": lambda cast: ("accession", QUAY | {"joined_on": timezone.localdate()}),
    "leaves": lambda cast: (
        "exit",
        {"participant": cast.beacon, "left_on": timezone.localdate(), "hand_over": "All to Haven."},
    ),
    "settings": lambda cast: ("settings", {"standing_aside": True, "independent": True}),
    "principle": lambda cast: ("principle_new", {"title": "Kindness", "wording": "We are kind."}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_opens_to_what_is_true_at_that_moment_or_says_why_not(cast, change):
    kind, terms = CHANGES[change](cast)
    drafts = [make_draft(cast.council, cast.carol, title=f"Shall we {n}?") for n in range(4)]
    seals = last_answer(propose_effect(cast.alliance, kind, **terms))
    acts = [opening(one, cast.carol) for one in drafts]
    met = at_once(cast.alliance, *acts[:2], seals, *acts[2:])
    assert Decision.objects.count() == 1
    active = set(Participant.objects.active().filter(alliance=cast.alliance).values_list("slug", flat=True))
    alliance, principles = Alliance.objects.get(pk=cast.alliance.pk), Principle.objects.current().count()
    for draft, result in zip(drafts, [*met[:2], *met[3:]], strict=True):
        proposal = again(draft)
        if isinstance(result, Refusal):
            assert change == "principle", result  # what is tested against seven is not whole with eight
            assert "Kindness" in result.reason
            assert proposal.state == "draft"
            continue
        asked = set(proposal.roll.values_list("participant__slug", flat=True))
        before = active - {"quay"} | {"beacon"}
        assert asked in (active, before)
        assert proposal.standing_aside in (False, alliance.standing_aside)
        assert proposal.standing_aside == proposal.independent
        tested = proposal.current_wording.tests.count()
        assert tested in (7, principles)
    assert list(breaks_in_chain(cast.alliance.pk)) == []
    assert list(breaks_in_the_telling(cast.alliance.pk)) == []


def test_the_last_answers_of_two_never_count_whoever_leaves_in_the_one(cast):
    """The exit of Beacon and another question that Beacon has agreed to, both waiting for Haven's word."""
    other = services.open_proposal(proposal=make_draft(cast.council, cast.carol), by=cast.carol)
    answer(other, cast.beacon, cast.rosa)
    answer(other, cast.council, cast.carol)
    exit_ = propose_effect(
        cast.alliance,
        "exit",
        participant=cast.beacon,
        left_on=timezone.localdate(),
        hand_over="All to Haven.",
    )
    answer(exit_, cast.beacon, cast.rosa)
    answer(exit_, cast.council, cast.carol)
    at_once(
        cast.alliance,
        lambda: answer(other, cast.haven, cast.pat),
        lambda: answer(exit_, cast.haven, cast.dev),
    )
    first, second = Decision.objects.order_by("number")
    counted = other.roll.filter(departure__isnull=True).values_list("participant__slug", flat=True)
    if first.proposal == other:
        assert set(counted) == {"council", "haven", "beacon"}
    else:
        assert set(counted) == {"council", "haven"}
    assert {first.proposal, second.proposal} == {other, exit_}
    assert list(sealed_wrongly(cast.alliance.pk)) == []
    assert list(breaks_in_the_telling(cast.alliance.pk)) == []
