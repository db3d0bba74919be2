"""What waits, seen by each of the cast."""

from datetime import timedelta

import pytest
from django.utils import timezone

from decisions import services
from decisions.waiting import waiting_on
from participants.standing import standing
from tests.factories.decisions import answer, make_draft, make_proposal, object_to, reword, tell_on_behalf

pytestmark = pytest.mark.django_db


def seen_by(cast, name: str) -> list[tuple[str, str]]:
    return [(one.who, one.why) for one in waiting_on(standing(getattr(cast, name), cast.alliance))]


def test_an_unanswered_proposal_waits_on_whoever_speaks(cast, proposal):
    answer(proposal, cast.council, cast.carol)
    words = "1 of 3 has answered. Haven and Beacon have not yet."
    assert seen_by(cast, "pat") == seen_by(cast, "dev") == [("me", f"Say where Haven stands. {words}")]
    assert (
        seen_by(cast, "finn")
        == seen_by(cast, "bea")
        == [("organisation", f"Haven has not answered. {words}")]
    )
    assert seen_by(cast, "carol") == seen_by(cast, "lee") == seen_by(cast, "ari") == [("others", words)]
    assert seen_by(cast, "stranger") == []


def test_once_answered_it_waits_on_others(cast, proposal):
    answer(proposal, cast.haven, cast.dev)
    assert [who for who, _ in seen_by(cast, "pat")] == ["others"]


def test_a_new_wording_asks_again(cast, proposal):
    answer(proposal, cast.haven, cast.pat)
    reword(proposal, cast.carol)
    assert seen_by(cast, "pat")[0][1].startswith("Say where Haven stands again: the wording changed.")


def test_an_objection_waits_on_its_raiser_and_on_the_proposer(cast, proposal):
    object_to(proposal, cast.beacon, cast.rosa)
    answer(proposal, cast.council, cast.carol)
    answer(proposal, cast.haven, cast.pat)
    assert seen_by(cast, "rosa") == [("me", "Your objection 1 stands. Resolve it when it is met.")]
    assert seen_by(cast, "carol") == [
        ("me", "Beacon’s objection 1 stands unresolved. Talk, or change the wording.")
    ]
    assert seen_by(cast, "pat") == [("others", "Beacon’s objection 1 stands unresolved.")]


def test_a_proposal_that_was_not_agreed_waits_on_its_proposer_alone(cast, proposal, monkeypatch):
    day = proposal.answer_by + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *_: day)
    assert [who for who, _ in seen_by(cast, "carol")] == ["me"]
    assert seen_by(cast, "pat") == []


def test_a_draft_waits_on_whoever_began_it(cast):
    make_draft(cast.haven, cast.pat)
    assert seen_by(cast, "pat") == [("me", "Your draft is not open yet.")]
    assert seen_by(cast, "dev") == seen_by(cast, "carol") == []


def test_closed_proposals_wait_on_nobody(cast, proposal):
    services.withdraw_proposal(proposal=proposal, reason="Not now.", by=cast.carol)
    assert seen_by(cast, "pat") == []


@pytest.mark.parametrize("rows", [1, 3])
def test_asks_the_same_number_of_questions_for_one_and_three(cast, django_assert_num_queries, rows):
    for _ in range(rows):
        one = make_proposal(cast.council, cast.carol)
        object_to(one, cast.beacon, cast.rosa)
        make_draft(cast.haven, cast.pat)
    stands = standing(cast.pat, cast.alliance)
    with django_assert_num_queries(6):
        waiting_on(stands)


def test_an_answer_on_behalf_waits_on_whoever_can_contest_it(cast, proposal):
    said = tell_on_behalf(proposal, cast)
    until = f"{said.contestable_until:%-d %B %Y}"
    why = f"Pat Provider recorded an answer for Council. Contest it by {until}, or confirm it."
    assert ("me", why) in seen_by(cast, "carol")
    assert all(why != words for name in ("pat", "rosa", "lee") for _, words in seen_by(cast, name))
    answer(proposal, cast.council, cast.carol)
    assert all(why != words for _, words in seen_by(cast, "carol"))
