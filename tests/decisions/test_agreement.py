""" "Agreed?" against a specification written separately: a sentence of the rules for each reason why not."""

from itertools import combinations_with_replacement, product

import pytest

from decisions.models import Position, Proposal
from decisions.tally import is_agreed
from tests.factories.decisions import again, answer, make_proposal, object_to

ANSWERS = [None, "agree", "stand_aside", "abstain", "object", "agree to an older wording"]


def spoken(answers: tuple) -> dict:
    """What counts as said about the current wording."""
    return {who: said for who, said in enumerate(answers) if said and said != "agree to an older wording"}


def why_not(answers: tuple, standing_aside: bool, objections: int) -> list[str]:
    """The rules, in the order of rules.md, as somebody would read them aloud; none broken means agreed."""
    reasons = []
    if len(answers) < 2:
        reasons.append("rule 10: fewer than two participants decide nothing")
    if None in answers:
        reasons.append("rule 5: silence is never consent")
    if "agree to an older wording" in answers:
        reasons.append("rule 3: an assent to another wording is none")
    if "object" in answers:
        reasons.append("rule 17: an objection blocks")
    if "abstain" in answers:
        reasons.append("rule 6: an abstention blocks")
    if "stand_aside" in answers and not standing_aside:
        reasons.append("rule 6: standing aside is off")
    if answers and set(answers) == {"stand_aside"}:
        reasons.append("rule 3: somebody has to agree")
    if objections:
        reasons.append("rule 17: an objection that nobody resolved blocks")
    return reasons


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 6])
def test_agreed_is_what_the_rules_say_for_every_roll_and_every_answer(size):
    answered = 0
    for answers, standing_aside, objections in product(product(ANSWERS, repeat=size), (False, True), (0, 1)):
        expected = not why_not(answers, standing_aside, objections)
        got = is_agreed(
            range(size), spoken(answers), standing_aside=standing_aside, open_objections=objections
        )
        assert got is expected, (answers, standing_aside, objections)
        answered += expected
    # One way when standing aside is off; with it on, all ways to agree or stand aside but all standing aside.
    assert answered == (1 + 2**size - 1 if size >= 2 else 0)


@pytest.mark.django_db
@pytest.mark.parametrize("standing_aside", [False, True])
def test_a_real_proposal_is_sealed_exactly_when_the_rules_say_so(cast, standing_aside):
    cast.alliance.standing_aside = standing_aside
    cast.alliance.save()
    people = [(cast.council, cast.carol), (cast.haven, cast.dev), (cast.beacon, cast.rosa)]
    choices = [None, "agree", "abstain", "object"] + (["stand_aside"] if standing_aside else [])
    for answers in combinations_with_replacement(choices, 3):
        proposal = make_proposal(cast.council, cast.carol)
        for (participant, by), stance in zip(people, answers, strict=True):
            if stance == "object":
                object_to(proposal, participant, by)
            elif stance:
                answer(proposal, participant, by, stance)
        objections = answers.count("object")
        assert (again(proposal).state == "agreed") is (not why_not(answers, standing_aside, objections)), (
            answers
        )


@pytest.mark.django_db
def test_querysets_and_tallies_name_the_same_ones(cast):
    proposal = make_proposal(cast.council, cast.carol)
    answer(proposal, cast.haven, cast.pat)
    answer(proposal, cast.beacon, cast.rosa, "abstain")
    tally = Proposal.objects.with_positions().get().tally
    blocking = Position.objects.blocking().filter(proposal=proposal)
    assert (
        [one.participant for one in blocking]
        == [stand.participant for stand in tally.blocking]
        == [cast.beacon]
    )
