"""Who is told what: once, only while it still matters, and never what is hidden from them."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import DatabaseError, transaction
from django.utils import timezone

from alliance.core import outbox, schedule
from alliance.notices import services as notices
from alliance.notices.letters import KINDS
from alliance.notices.models import Notice
from decisions import services
from ledger import services as book
from tests.factories.decisions import again, answer, make_proposal, object_to, reword, tell_on_behalf
from tests.factories.ledger import make_book, open_plan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_ring(monkeypatch):
    monkeypatch.setattr(outbox, "ring", lambda errand_id: None)


def told() -> dict[str, str]:
    """Who got a letter, and its subject."""
    return {message.to[0].split("@")[0]: message.subject for message in mail.outbox}


@pytest.fixture
def proposal(cast):
    return make_proposal(cast.council, cast.carol)


class TestAsking:
    def test_a_proposal_asks_everybody_who_speaks_but_whoever_put_it(self, cast, proposal, run_errands):
        run_errands()
        assert set(told()) == {"pat.provider", "dev.deputy", "rosa.recovery"}
        assert told()["rosa.recovery"] == f"Beacon is asked: {proposal.title}"

    def test_the_letter_has_one_link_says_who_is_silent_and_why_it_came(self, cast, proposal, run_errands):
        run_errands()
        letter = next(one for one in mail.outbox if one.to[0].startswith("rosa"))
        assert f"/decisions/proposals/{proposal.number}/?answer=agree#answer" in letter.body
        assert "None of 3 has answered yet." in letter.body
        assert "because you speak for an organisation that is asked" in letter.body
        assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
        assert letter.alternatives[0][0].count("<a ") == 2  # the act, and the preferences

    def test_who_has_answered_meanwhile_is_not_asked(self, cast, proposal, run_errands):
        answer(proposal, cast.haven, cast.dev)
        run_errands()
        assert set(told()) == {"rosa.recovery"}
        assert Notice.objects.get(person=cast.pat).dropped_at

    def test_a_new_wording_asks_again_and_only_about_the_last_one(self, cast, proposal, run_errands):
        reword(proposal, cast.carol, text="First change.")
        reword(again(proposal), cast.carol, text="Second change.")
        run_errands()
        assert [one.subject for one in mail.outbox if one.to[0].startswith("rosa")] == [
            f"Beacon is asked: {again(proposal).title}",
            f"Beacon is asked again: the wording changed: {again(proposal).title}",
        ]

    def test_running_the_errand_twice_writes_once(self, cast, proposal, run_errands):
        run_errands()
        outbox.Errand.objects.update(finished_at=None)
        run_errands()
        assert len(mail.outbox) == 3

    def test_a_letter_that_could_not_be_sent_is_sent_later(self, cast, proposal, run_errands, monkeypatch):
        def refuse(*args, **kwargs):
            raise OSError("The post office is closed.")

        with monkeypatch.context() as closed:
            closed.setattr("django.core.mail.message.EmailMultiAlternatives.send", refuse)
            run_errands()
        assert not Notice.objects.exclude(sent_at=None).exists()
        outbox.Errand.objects.update(due_at=timezone.now())
        run_errands()
        assert len(mail.outbox) == 3

    def test_somebody_who_left_is_not_written_to(self, cast, proposal, run_errands):
        cast.rosa.is_active = False
        cast.rosa.save(update_fields=["is_active"])
        run_errands()
        assert "rosa.recovery" not in told()


class TestDeadlines:
    def test_who_is_silent_is_reminded_once_whichever_days_the_clock_missed(
        self, cast, proposal, run_errands
    ):
        answer(proposal, cast.haven, cast.pat)
        run_errands()
        mail.outbox.clear()
        with time_machine.travel(proposal.answer_by):
            schedule.ask_for_what_is_due()
            schedule.ask_for_what_is_due()
            run_errands()
        assert set(told()) == {"carol.commissioner", "rosa.recovery"}

    def test_nobody_is_reminded_long_before(self, cast, proposal, run_errands):
        run_errands()
        mail.outbox.clear()
        schedule.ask_for_what_is_due()
        run_errands()
        assert told() == {}

    def test_after_the_deadline_nobody_is_asked_any_more(self, cast, proposal, run_errands):
        with time_machine.travel(proposal.answer_by + timedelta(days=1)):
            run_errands()
        assert told() == {}


class TestOthers:
    def test_an_objection_is_told_to_those_who_proposed(self, cast, proposal, run_errands):
        run_errands()
        mail.outbox.clear()
        object_to(proposal, cast.beacon, cast.rosa)
        run_errands()
        assert set(told()) == {"carol.commissioner"}
        assert "What would make it acceptable" in mail.outbox[0].body

    def test_a_seal_is_announced_to_everybody_else_who_speaks(self, cast, proposal, run_errands):
        run_errands()
        mail.outbox.clear()
        for who, by in ((cast.council, cast.carol), (cast.haven, cast.pat), (cast.beacon, cast.rosa)):
            answer(proposal, who, by)
        run_errands()
        assert set(told()) == {"carol.commissioner", "pat.provider", "dev.deputy"}

    def test_a_demonstration_writes_to_nobody(self, cast, run_errands):
        type(cast.alliance).objects.filter(pk=cast.alliance.pk).update(is_demonstration=True)
        make_proposal(cast.council, cast.carol)
        run_errands()
        assert not Notice.objects.exists()


def test_an_action_plan_is_told_to_those_who_write_it_until_it_is_written(cast, run_errands):
    """Rule 40: of who spends on the line, and the pool manager; not the pool manager's or another's colleagues."""
    make_book(cast)
    plan = open_plan(cast)
    run_errands()
    assert set(told()) == {"finn.finance", "pat.provider", "dev.deputy", "hana.host"}
    assert told()["pat.provider"] == (
        f"Action plan 1, by {plan.due_on:%-d %B %Y}: what will be done about Housing first?"
    )
    letter = next(one for one in mail.outbox if one.to[0].startswith("finn"))
    assert plan.get_absolute_url() in letter.body
    assert "\N{NO-BREAK SPACE}% that the alliance agreed on" in letter.body
    mail.outbox.clear()
    other = open_plan(cast, "Street outreach", "900000.00")
    book.write_plan(plan=other, words="A second van.", doing=cast.haven, until=other.due_on, by=cast.finn)
    run_errands()
    assert told() == {}


class TestPreferences:
    def test_what_is_not_wanted_is_not_written(self, cast, client_of, run_errands):
        page = f"/alliances/{cast.alliance.slug}/letters/"
        wanted = sorted({one.key for one in KINDS.values() if not one.always} - {"asked"})
        assert client_of(cast.rosa).post(page, {"wanted": wanted}).status_code == 303
        make_proposal(cast.council, cast.carol)
        run_errands()
        assert set(told()) == {"pat.provider", "dev.deputy"}
        assert 'value="asked"' in client_of(cast.rosa).get(page).content.decode()

    def test_everybody_sees_their_own_letters_only(self, cast, client_of, proposal, run_errands):
        run_errands()
        page = f"/alliances/{cast.alliance.slug}/letters/"
        assert "The last ones" in client_of(cast.pat).get(page).content.decode()
        assert "The last ones" not in client_of(cast.lee).get(page).content.decode()

    def test_wrong_choices_are_refused(self, cast, client_of):
        page = f"/alliances/{cast.alliance.slug}/letters/"
        assert client_of(cast.pat).post(page, {"wanted": ["everything"]}).status_code == 422


def test_a_letter_that_was_sent_stays_so(cast, proposal, run_errands):
    run_errands()
    with pytest.raises(DatabaseError, match="stays so"), transaction.atomic():
        Notice.objects.filter(person=cast.pat).update(sent_at=None)


def test_twice_told_is_once_written(cast, proposal):
    for _ in range(2):
        notices.tell(kind="asked", subject=proposal, people=[cast.pat.pk], occasion="1", by=None)
    assert Notice.objects.filter(person=cast.pat).count() == 1


class TestWhatIsVeiled:
    @pytest.fixture
    def veiled(self, cast, run_errands):
        type(cast.alliance).objects.filter(pk=cast.alliance.pk).update(independent=True)
        cast.alliance.refresh_from_db()
        proposal = make_proposal(cast.council, cast.carol)
        run_errands()
        mail.outbox.clear()
        return proposal

    def test_a_remark_on_an_objection_is_not_mailed_to_somebody_who_has_not_answered(
        self, cast, veiled, run_errands
    ):
        raised = object_to(veiled, cast.haven, cast.pat)
        services.comment(
            proposal=veiled, words="We object for the women.", objection=raised, told=[cast.rosa], by=cast.pat
        )
        run_errands()
        assert "rosa.recovery" not in told()
        answer(veiled, cast.beacon, cast.rosa, "abstain")
        schedule.ask_for_what_is_due()
        run_errands()
        assert "names you" in told()["rosa.recovery"]
        assert any("We object for the women." in one.body for one in mail.outbox)

    def test_an_objection_is_told_to_those_who_proposed_once_they_have_answered(
        self, cast, veiled, run_errands
    ):
        object_to(veiled, cast.haven, cast.pat)
        run_errands()
        assert told() == {}
        answer(veiled, cast.council, cast.carol)
        schedule.ask_for_what_is_due()
        run_errands()
        assert told() == {"carol.commissioner": f"Haven objects: {veiled.title}"}

    def test_what_is_over_when_the_veil_lifts_is_dropped(self, cast, veiled, run_errands):
        raised = object_to(veiled, cast.haven, cast.pat)
        run_errands()
        services.resolve_objection(objection=raised, resolution="Heard.", by=cast.pat)
        schedule.ask_for_what_is_due()
        run_errands()
        assert told() == {}
        assert Notice.objects.get(kind="objection").dropped_at


def test_nobody_switches_off_being_told_of_an_answer_on_their_behalf(cast, proposal, client_of, run_errands):
    page = f"/alliances/{cast.alliance.slug}/letters/"
    assert client_of(cast.carol).post(page, {"wanted": []}).status_code == 303
    assert (
        "Somebody recorded an answer for your organisation"
        in client_of(cast.carol).get(page).content.decode()
    )
    tell_on_behalf(proposal, cast)
    run_errands()
    assert told()["carol.commissioner"] == "Recorded for Council: agrees"
