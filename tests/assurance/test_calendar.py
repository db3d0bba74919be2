"""The quarter's report asks for itself, once, however often and however late the scheduler runs."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from alliance.assurance import services
from alliance.assurance.calendar import ask_for_reports
from alliance.assurance.models import Report
from alliance.core import schedule
from alliance.core.models import Event
from ledger.services import agree_book_terms
from tests.factories.ledger import make_book

pytestmark = pytest.mark.django_db


def asked(alliance) -> list[tuple]:
    found = Report.objects.filter(alliance=alliance).order_by("number")
    return list(found.values_list("quarter", "version", "requested_by"))


@pytest.mark.parametrize("today", [date(2026, 10, 1), date(2026, 10, 9), date(2026, 11, 22)])
def test_on_any_day_after_a_quarter_its_report_is_asked_for(harbour_alliance, today):
    ask_for_reports(today)
    assert asked(harbour_alliance) == [("2026-27-q2", 1, None)]


def test_two_schedulers_ask_once(harbour_alliance):
    ask_for_reports(date(2026, 10, 1))
    ask_for_reports(date(2026, 10, 1))
    ask_for_reports(date(2026, 10, 2))
    assert asked(harbour_alliance) == [("2026-27-q2", 1, None)]


def test_a_report_that_somebody_asked_for_is_enough(sealed, harbour_alliance, carol):
    ask_for_reports(date(2026, 10, 20))
    assert asked(harbour_alliance) == [("2026-27-q2", 1, carol.pk)]


def test_an_interim_report_is_not_enough(harbour_alliance, carol, quarter, run_errands):
    Report.objects.create(
        alliance=harbour_alliance,
        number=1,
        quarter=quarter.slug,
        version=1,
        covers_until=date(2026, 8, 15),
        requested_by=carol,
    )
    services.outbox.enqueue(
        Report.ERRAND,
        key=str(Report.objects.get().pk),
        alliance_id=harbour_alliance.pk,
        report_id=Report.objects.get().pk,
    )
    run_errands()
    ask_for_reports(date(2026, 10, 1))
    assert asked(harbour_alliance) == [("2026-27-q2", 1, carol.pk), ("2026-27-q2", 2, None)]


def test_every_month_where_the_book_says_so_and_once_a_quarter_where_it_does_not(cast, harbour_alliance):
    make_book(cast)
    ask_for_reports(date(2026, 11, 22))
    assert asked(harbour_alliance) == [("2026-27-q2", 1, None)]
    agree_book_terms(
        alliance=harbour_alliance,
        forecast_percent=Decimal(5),
        plan_days=21,
        report_cycle="monthly",
        contributions_vary="",
        by=cast.hana,
    )
    ask_for_reports(date(2026, 10, 31))  # no month of the quarter is over
    assert len(asked(harbour_alliance)) == 1
    for today in (date(2026, 11, 1), date(2026, 11, 22)):
        ask_for_reports(today)
        assert asked(harbour_alliance) == [("2026-27-q2", 1, None), ("2026-27-q3", 1, None)]


def test_an_alliance_that_had_not_begun_or_had_ended_gets_none(harbour_alliance, cast):
    harbour_alliance.starts_on = date(2026, 10, 1)
    harbour_alliance.save(update_fields=["starts_on"])
    cast.elsewhere.ends_on = date(2026, 6, 30)
    cast.elsewhere.save(update_fields=["ends_on"])
    ask_for_reports(date(2026, 10, 5))
    assert not Report.objects.exists()


def test_a_financial_year_of_ones_own_has_quarters_of_its_own(harbour_alliance):
    harbour_alliance.year_starts_in = 2
    harbour_alliance.save(update_fields=["year_starts_in"])
    ask_for_reports(date(2026, 11, 22))
    assert asked(harbour_alliance) == [("2026-27-q3", 1, None)]  # August to October


def test_the_daily_round_includes_it(harbour_alliance):
    schedule.ask_for_what_is_due(date(2026, 10, 1))
    assert asked(harbour_alliance) == [("2026-27-q2", 1, None)]


def test_the_record_says_that_the_calendar_asked(harbour_alliance):
    ask_for_reports(date(2026, 10, 1))
    event = Event.objects.get(alliance=harbour_alliance, kind="assurance.report_requested")
    assert event.actor_name == "Concordat"


def test_a_command_makes_the_same_report(harbour_alliance):
    out = StringIO()
    call_command("make_report", alliance="harbour-alliance", quarter="2026-27-q2", now=True, stdout=out)
    report = Report.objects.get()
    assert report.is_sealed
    assert out.getvalue() == f"{report}: sealed, SHA-256 {report.pdf.sha256}.\n"


@pytest.mark.parametrize(
    ("alliance", "quarter", "said"),
    [
        ("nowhere", "2026-27-q2", "There is no alliance 'nowhere'."),
        ("harbour-alliance", "2026-27-q5", "is not a quarter"),
        ("harbour-alliance", "2099-00-q1", "has not begun yet"),
    ],
)
def test_a_command_that_cannot_says_why(harbour_alliance, alliance, quarter, said):
    with pytest.raises(CommandError, match=said):
        call_command("make_report", alliance=alliance, quarter=quarter)
