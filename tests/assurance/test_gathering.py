"""What a report says is what the rooms hold, of the quarter and of nobody else's alliance (rules 51 to 54)."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alliance.assurance import gathering, services
from alliance.assurance.contents import Contents, Contribution, Voice
from alliance.assurance.models import Report
from alliance.core import invariants
from alliance.core.models import SelfCheck
from alliance.core.pdf import describe
from alliance.core.periods import Quarter
from alliance.core.record import head
from decisions.models import Proposal
from decisions.services import decide_alone
from learning.services import NewAction, end_experiment
from ledger import services as ledger
from participants.models import Participant, RoleAppointment
from tests.factories import decisions as decided
from tests.factories import effects as carried
from tests.factories import learning as learned
from tests.factories import ledger as booked
from tests.factories.decided import restate
from tests.factories.participants import make_participant, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(harbour_alliance, carol):
    """`report()`: what a worker gathers now for the running quarter, after a thaw."""

    def make() -> Contents:
        running = Quarter.containing(timezone.localdate())
        made = services.request_report(alliance=harbour_alliance, quarter=running, by=carol)
        invariants.self_check(harbour_alliance.pk)
        return services.gather_report(report=made).contents

    return make


@pytest.fixture
def voices(cast):
    return {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}


def gaps(contents: Contents, room: str) -> list[str]:
    return [gap.what for gap in contents.gaps if gap.room == room]


def test_a_new_alliance_has_a_report_that_says_what_there_is_not_yet(report):
    told = report()
    assert (told.decisions.agreed, told.decisions.undecided, told.measures) == ((), (), ())
    assert told.money is None
    assert gaps(told, "Open book") == ["This financial year has no budget in the open book."]
    assert told.self_check.breaks == ()


def test_the_cover_names_the_participants_in_the_order_of_the_agreement(report):
    cover = report().cover
    assert [one.short_name for one in cover.participants] == ["Council", "Haven", "Beacon"]
    assert cover.participants[1].speaks == ("Dev Deputy (deputy)", "Pat Provider (representative)")
    assert (cover.asked_by, cover.is_interim) == ("Carol Commissioner", True)


def test_the_seven_principles_are_told_in_their_order(report):
    assert [one.letter for one in report().principles] == list("abcdefg")


def test_a_decision_is_told_with_its_whole_roll(report, cast, voices):
    decision = decided.make_decision(cast.haven, voices, amount=Decimal("4800.00"))
    (told,) = report().decisions.agreed
    assert (told.number, told.title, told.amount) == (decision.number, decision.title, Decimal("4800.00"))
    assert told.wording_hash == decision.wording_hash
    assert told.voices == (
        Voice("Council", "Agrees", "Carol Commissioner, Council"),
        Voice("Haven", "Agrees", "Pat Provider, Haven"),
        Voice("Beacon", "Agrees", "Rosa Recovery, Beacon"),
    )
    assert told.best_for_people.endswith("It serves best for people.")


def test_an_answer_on_behalf_is_labelled_so(report, cast):
    with time_machine.travel(timezone.now() - timedelta(days=5)):
        proposal = decided.make_proposal(cast.haven, cast.pat)
        decided.answer(proposal, cast.haven, cast.pat)
        decided.tell_on_behalf(proposal, cast)
    decided.answer(proposal, cast.beacon, cast.rosa)
    (decision,) = report().decisions.agreed
    assert (
        Voice("Council", "Agrees", "Carol Commissioner, Council; recorded by Pat Provider") in decision.voices
    )


def test_an_objection_is_told_with_what_would_remove_it(report, cast):
    proposal = decided.make_proposal(cast.haven, cast.pat)
    decided.object_to(proposal, cast.beacon, cast.rosa)
    (told,) = report().decisions.undecided
    assert told.unanswered == ("Council", "Haven")
    assert told.asked == 3
    (objection,) = told.objections
    assert objection.participant == "Beacon"
    assert objection.grounds == ("(b) Best for people",)
    assert (objection.would_help, objection.resolved_on) == ("A room of their own, agreed with them.", None)


def test_a_draft_is_nobodys_business(report, cast):
    decided.make_draft(cast.haven, cast.pat)
    assert report().decisions.undecided == ()


def test_a_proposal_out_of_time_is_a_gap_with_its_reason(report, cast):
    with time_machine.travel(timezone.now() - timedelta(days=30)):
        proposal = decided.make_proposal(cast.haven, cast.pat)
    (gap,) = gaps(report(), "Decisions")
    assert gap.startswith(f"Proposal {proposal.number}, “{proposal.title}”: not agreed: no response from")


def test_money_is_the_books_to_the_penny_with_its_denominators(report, cast):
    booked.make_book(cast)
    rows = [
        booked.cost("120.10", day="05/10/2026"),
        booked.cost("79.90", day="06/10/2026", line="Peer support", reference="INV-2"),
    ]
    booked.post_return(cast, rows, booked.OCTOBER)
    money = report().money
    assert (money.pool, money.spent_in_quarter, money.spent_in_year) == (
        Decimal("600000.00"),
        Decimal("200.00"),
        Decimal("200.00"),
    )
    assert money.left_in_pool == Decimal("599800.00")
    assert {one.name: one.quarter for one in money.lines if one.quarter} == {
        "Housing first": Decimal("120.10"),
        "Peer support": Decimal("79.90"),
    }
    assert [one.name for one in money.participants] == ["Haven Homes"]
    assert money.contributions[0] == Contribution(
        "Harbour City Council", Decimal("400000.00"), Decimal("0.00")
    )
    october = next(month for month in money.months if month.label == "Oct 2026")
    assert (october.reported, october.expected, october.missing) == (1, 2, ("Beacon",))


def test_queries_that_are_unresolved_and_months_that_were_restated_are_told(report, cast):
    budget = booked.make_book(cast)
    sent = booked.post_return(
        cast,
        [
            booked.cost("120.10", day="05/10/2026"),
            booked.cost("7.00", day="06/10/2026", reference="INV-2"),
            booked.cost("9.00", day="07/10/2026", reference="INV-3"),
        ],
        booked.OCTOBER,
    )
    settled, answered, asked = (booked.ask(sent, cast.beacon, cast.rosa, row=row) for row in (2, 3, 4))
    for one in (settled, answered):
        ledger.answer_query(query=one, words="The rooms.", by=cast.finn)
    ledger.settle_query(query=settled, words="", by=cast.rosa)
    for month in budget.year.months[:7]:
        ledger.close_period(period=booked.period_of(cast, month), by=cast.hana)
    line = budget.lines.get(slug="housing-first")
    restated_by = restate(cast.haven, line, booked.OCTOBER, "subcontract", "136.10", "100.00")
    money = report().money
    assert [(one.number, one.answered) for one in money.queries] == [
        (answered.number, True),
        (asked.number, False),
    ]
    one = money.queries[0]
    assert (one.asked_by, one.asked_of, one.line, one.month, one.days) == (
        *("Beacon Recovery", "Haven Homes", "Housing first", "October 2026", 0),
    )
    (found,) = money.restated
    assert (found.original, found.correction, found.restated, found.decision) == (
        *(Decimal("136.10"), Decimal("-36.10"), Decimal("100.00"), restated_by.number),
    )


def test_every_sum_of_the_report_is_the_same_sum(report, cast):
    booked.make_book(cast)
    booked.post_return(cast, [booked.cost("33.33", day="05/10/2026")], booked.OCTOBER)
    booked.post_return(cast, [booked.cost("66.67")], booked.NOVEMBER)
    money = report().money
    for parts in (money.lines, money.participants, money.categories):
        assert sum(one.quarter for one in parts) == money.spent_in_quarter == Decimal("100.00")
        assert sum(one.year for one in parts) == money.spent_in_year
    assert sum(month.spent for month in money.months) == money.spent_in_year


def test_missing_returns_and_open_months_are_gaps_by_themselves(report, cast):
    booked.make_book(cast)
    booked.post_return(cast, [booked.cost(day="05/10/2026")], booked.OCTOBER)
    told = gaps(report(), "Open book")
    assert told[0] == "Apr 2026: not closed; no cost return from Haven and Beacon (0 of 2 reported)."
    assert told[-1] == "Oct 2026: not closed; no cost return from Beacon (1 of 2 reported)."
    assert not [gap for gap in told if "Nov 2026" in gap]  # the month is not over


def test_learning_is_told_with_its_failures(report, harbour_alliance, lena, lee, stan):
    review = learned.held_review(harbour_alliance, lena)
    failed = learned.running(harbour_alliance, lee, stan, title="One form for all")
    end_experiment(
        experiment=failed, outcome="stopped", turned_out="not_as_hoped", learned="Longer than before.", by=lee
    )
    told = report().learning
    assert [(one.number, one.title) for one in told.reviews] == [(review.number, "What October taught us")]
    assert ("Is this what we intended?", learned.ANSWERS["intended"]) in told.reviews[0].answers
    (experiment,) = told.experiments
    assert (experiment.state, experiment.learned) == ("Stopped: not as we hoped", "Longer than before.")


def test_an_overdue_action_is_a_gap(report, harbour_alliance, lena, stan):
    action = NewAction("Ask the landlords", stan, timezone.localdate() - timedelta(days=3))
    learned.held_review(
        harbour_alliance, lena, actions=[action], held_on=timezone.localdate() - timedelta(days=10)
    )
    (gap,) = gaps(report(), "Learning")
    assert gap.endswith("Ask the landlords (Stan Steward).")


def test_a_measure_keeps_its_figures_and_its_settings(report, harbour_alliance, lena):
    measure = learned.measure(harbour_alliance, lena)
    learned.observe(measure, lena)
    (told,) = report().measures
    assert told.name == measure.name
    assert told.values == tuple(Decimal(n) for n in learned.WORKED)
    assert (told.direction, told.screening, told.labels[0]) == ("neutral", True, "Jan 2024")


def test_a_broken_promise_is_a_gap_and_in_the_self_check(report, harbour_alliance, monkeypatch):
    broken = invariants.Invariant("The tide comes in.", lambda alliance_id: ["It did not on Tuesday."])
    monkeypatch.setattr(invariants, "REGISTER", [*invariants.REGISTER, broken])
    told = report()
    assert told.self_check.breaks == ("The tide comes in. It did not on Tuesday.",)
    assert gaps(told, "Self-check") == ["The tide comes in. It did not on Tuesday."]


def test_the_self_check_is_of_the_moment(report, harbour_alliance):
    told = report()
    assert SelfCheck.objects.filter(alliance=harbour_alliance).count() == 1
    assert told.cover.cut_off - told.self_check.at < timedelta(minutes=1)


def test_another_alliances_matters_are_not_in_it(report, cast, voices, lena):
    near = make_participant(cast.elsewhere, "Near Care", short_name="Near")
    ned = make_person(cast.elsewhere, "Ned Near", "representative", near)
    far = Participant.objects.get(alliance=cast.elsewhere, short_name="Far")
    decided.make_decision(near, {near: ned, far: cast.stranger})
    learned.held_review(cast.elsewhere, cast.stranger)
    assert RoleAppointment.objects.filter(alliance=cast.elsewhere).count() == 2
    told = report()
    assert (told.decisions.agreed, told.learning.reviews) == ((), ())
    assert [one.short_name for one in told.cover.participants] == ["Council", "Haven", "Beacon"]


def a_full_quarter(cast, voices, lena, stan):
    """One of everything that a report tells, in the running quarter."""
    decided.make_decision(cast.haven, voices)
    decided.object_to(decided.make_proposal(cast.haven, cast.pat), cast.beacon, cast.rosa)
    learned.held_review(cast.alliance, lena, actions=[NewAction("Ask again", stan, None)])
    learned.running(cast.alliance, cast.lee, stan)
    measure = learned.measure(cast.alliance, lena, name=f"Measure {Proposal.objects.count()}")
    learned.observe(measure, lena)


def test_a_full_quarter_is_drawn_checked_and_sealed(cast, voices, lena, stan, run_errands):
    booked.make_book(cast)
    booked.post_return(cast, [booked.cost(day="05/10/2026")], booked.OCTOBER)
    a_full_quarter(cast, voices, lena, stan)
    running = Quarter.containing(timezone.localdate())
    report = services.request_report(alliance=cast.alliance, quarter=running, by=cast.carol)
    run_errands()
    report.refresh_from_db()
    assert report.is_sealed, report.errand.trouble
    assert "1. Decisions" in describe(bytes(report.pdf.content)).outline


def test_gathering_asks_as_much_of_the_database_for_three_of_each_as_for_one(
    cast, voices, lena, stan, report
):
    booked.make_book(cast)

    def queries_with_one_more_of_each() -> int:
        a_full_quarter(cast, voices, lena, stan)
        with CaptureQueriesContext(connection) as asked:
            gathering.gather(Report.objects.select_related("alliance").first(), head(cast.alliance.pk))
        return len(asked)

    report()
    one, _, three = (queries_with_one_more_of_each() for _ in range(3))
    assert one == three


def test_who_decided_alone_is_named_with_the_right(report, cast):
    matter = carried.found_matter(cast.council)
    decide_alone(proposal=carried.draft_reserved(matter, cast.carol), by=cast.carol)
    (told,) = report().decisions.agreed
    assert told.voices == ()
    assert told.alone == (
        "Reserved decision by Carol Commissioner, Council. Reserved to it: Safeguarding enquiries "
        "(Care Act 2014, section 42). Consulted: Haven and Beacon, by telephone."
    )


def test_an_urgent_action_that_was_not_reported_in_time_is_a_gap(report, cast):
    urgent = carried.act_urgently(cast.haven, cast.pat, acted_at=timezone.now() - timedelta(days=14))
    (gap,) = gaps(report(), "Decisions")
    assert gap.startswith(f"{urgent}, by Haven, was to be reported by ")
