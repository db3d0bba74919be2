"""The forecast to the year's end, and who says what of it."""

from decimal import Decimal

import pytest

from alliance.core.models import Event
from alliance.core.periods import Month
from alliance.core.refusals import NotAllowed, NotPossible
from ledger.services import close_period
from tests.factories.forecast import kinds, say
from tests.factories.ledger import NOVEMBER, YEAR, cost, make_book, period_of, post_return

pytestmark = pytest.mark.django_db


def test_a_line_comes_to_what_is_spent_and_what_its_complete_months_let_expect(look):
    """30,000.01 in two months; the ten others of the year cost as much on average: 150,000.05."""
    found = look("Housing first")
    (figure,) = found.figures
    assert (figure.participant.short_name, figure.method, figure.months) == ("Haven", "run_rate", 2)
    assert (found.projection.so_far, found.projection.to_come, found.projection.year_end) == (
        Decimal("30000.01"),
        Decimal("150000.05"),
        Decimal("180000.06"),
    )
    assert found.variance.sentence == "£139,999.94 less than agreed, 43.7\N{NO-BREAK SPACE}%"


def test_only_months_in_which_a_participant_was_there_count(cast, look, newcomer):
    """Lighthouse joined in September: closed months before that are neither complete for it nor to come."""
    for month in YEAR.months[:6]:
        close_period(period=period_of(cast, month), by=cast.hana)
    theirs = {"participant": newcomer, "by": cast.faye}
    post_return(cast, [cost("300.00", line="Street outreach")], NOVEMBER, **theirs)
    (found,) = look("Street outreach").figures
    assert (found.months, found.projection.year_end) == (2, Decimal("1050.00"))  # September, closed; November
    (haven,) = look("Housing first").figures
    assert haven.months == 8  # six closed without a cost of it, and the two that it reported


def test_where_nobody_spends_the_budget_goes_on_in_even_months_and_a_contingency_is_kept(look):
    outreach = look("Street outreach")
    assert [(one.participant, one.method) for one in outreach.figures] == [(None, "even")]
    assert outreach.variance.sentence == "as agreed"
    kept = look("Contingency")
    assert (kept.figures, kept.projection.year_end) == ((), 0)
    assert not kept.asks_for_a_plan(Decimal(5))


def test_together_and_by_participant_the_figures_are_the_same(cast, look, newcomer):
    post_return(cast, [cost("70.00")], NOVEMBER, participant=newcomer, by=cast.faye)
    whole = look()
    parts = [look(participant=one).projection for one in (cast.haven, newcomer)]
    spent = [one for one in whole.lines if one.line.name in ("Housing first", "Peer support")]
    assert sum(one.year_end for one in parts) == sum(one.projection.year_end for one in spent)
    assert sum(one.so_far for one in parts) == whole.projection.so_far
    assert whole.projection.year_end == sum(one.projection.year_end for one in whole.lines)


def test_what_a_participant_enters_takes_the_place_of_the_rate_and_the_newest_stands(cast, look, line):
    say(line(), cast.haven, cast.finn, "200000.00", reason="First guess.")
    said = say(line(), cast.haven, cast.finn, "310000.00")
    assert say(line(), cast.haven, cast.finn, "310000.00") == said
    (figure,) = look("Housing first").figures
    assert (figure.said, figure.projection.year_end, figure.by_rate) == (
        said,
        Decimal("310000.00"),
        Decimal("180000.06"),
    )
    assert (said.version, said.said_by_name, said.get_capacity_display(), str(said.reason)) == (
        2,
        "Finn Finance",
        "Finance lead",
        "Two flats.",
    )
    assert kinds("ledger.forecast_") == ["said", "said"]
    assert "Two flats" not in bytes(Event.objects.filter(kind="ledger.forecast_said").last().body).decode()
    say(line(), cast.haven, cast.finn, None, method="run_rate", reason="As before.")
    assert look("Housing first").projection.year_end == Decimal("180000.06")


def test_a_profile_counts_its_part_for_each_month_to_come(cast, look, line):
    said = say(line(), cast.haven, cast.finn, "100000.00", method="even")
    assert sum(said.months) == Decimal("100000.00")
    assert said.months == [Decimal("8333.34")] * 4 + [Decimal("8333.33")] * 8
    told = Decimal("30000.01")
    assert look("Housing first").projection.year_end == told + Decimal("8333.34") * 4 + Decimal("8333.33") * 6
    with pytest.raises(NotPossible, match="spent nothing on Housing first last year"):
        say(line(), cast.haven, cast.finn, "100000.00", method="last_year")
    before = make_book(cast, YEAR.previous)
    post_return(cast, [cost("300.00", day="05/11/2025")], Month(2025, 11))
    post_return(cast, [cost("100.00", day="05/01/2026")], Month(2026, 1))
    assert before.lines.filter(name="Housing first").exists()
    said = say(line(), cast.haven, cast.finn, "1000.01", method="last_year")
    assert [amount for amount in said.months if amount] == [Decimal("750.01"), Decimal("250.00")]
    assert look("Housing first").projection.year_end == told + Decimal("250.00")


def test_a_forecast_is_its_participants_own_to_say(cast, line):
    for person in (cast.pat, cast.rosa, cast.hana, cast.lena, cast.ari, cast.stranger):
        with pytest.raises(NotAllowed, match="Only the finance lead of Haven Homes"):
            say(line(), cast.haven, person, "1.00")
    with pytest.raises(NotPossible, match="Say why"):
        say(line(), cast.haven, cast.finn, "1.00", reason=" ")
    with pytest.raises(NotPossible, match="names the year’s amount"):
        say(line(), cast.haven, cast.finn, None)
    assert say(line(), cast.beacon, cast.rosa, "1.00").capacity == "representative"  # it has no finance lead
