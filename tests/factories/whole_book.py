"""A book with a row in every one of its tables, through the real services."""

from datetime import date
from decimal import Decimal

from alliance.core.outbox import do_all_due
from ledger import services
from ledger.models import BookExport, Budget, BudgetLine, Category, Transfer
from tests.factories.decided import accrue, agree_share, line_of, restate, transfer, vary, vire
from tests.factories.effects import carry_out
from tests.factories.ledger import (
    NOVEMBER,
    OCTOBER,
    add_evidence,
    ask,
    cost,
    entry_of,
    make_book,
    open_plan,
    period_of,
    post_return,
    send_return,
)
from tests.factories.year_end import close_year, decide_underspend, have_paper, last_years_book

D = Decimal


def make_whole_book(cast) -> None:
    """2025–26 is closed with 40.00 carried forward and 60.00 returned; of 2026–27, November is open.

    Nothing of last year is paid yet; of this year Haven is owed 270.00, and 500.00 of its contribution came.
    """
    last_year = last_years_book(cast, "599,900.00")
    budget = make_book(cast, brought_forward=D("40.00"), contingency=D("30040.00"))
    _close(last_year, cast.hana)
    today, housing = date(2026, 11, 20), line_of(budget, "Housing first")
    post_return(cast, [cost("120.00", day="03/10/2026")], OCTOBER)
    for month in budget.year.months[: budget.year.months.index(NOVEMBER)]:
        services.close_period(period=period_of(cast, month), by=cast.hana)
    posted = post_return(cast, [cost("150.00"), cost("80.00")])
    add_evidence(posted, cast.finn)
    query = ask(posted, cast.council, cast.hana)
    services.answer_query(query=query, words="The stairs.", by=cast.finn)
    services.correct_line(
        entry=entry_of(posted, 3),
        amount=D("60.00"),
        category=Category.SUBCONTRACT,
        budget_line=housing,
        reason="It was 60.00.",
        by=cast.finn,
    )
    _send_what_is_wrong(cast)
    vire(budget, housing_first="-1000.00", street_outreach="1000.00")
    vary(budget, {cast.council: "20000.00"}, street_outreach="20000.00")
    agree_share(budget, {cast.haven: "60", cast.beacon: "40"}, target="600000.00")
    carry_out(
        cast.alliance,
        "book_terms",
        forecast_percent="7.5",
        plan_days=14,
        report_cycle="monthly",
        contributions_vary="By a variation.",
    )
    carry_out(
        cast.alliance,
        "overhead",
        budget_line=line_of(budget, "Peer support"),
        driver="headcount",
        participants=[cast.council.pk, cast.haven.pk],
        participant_names=[cast.council.name, cast.haven.name],
        quantities=["12", "30"],
    )
    transfer(cast.haven)
    transfer(cast.beacon, amount="10.00", purpose="Paid at once")
    services.pay_transfer(
        transfer=Transfer.objects.get(participant=cast.beacon), on=today, reference="BACS 0", by=cast.hana
    )
    accrue(cast, evidence=None, budget_line=BudgetLine.objects.get(pk=housing.pk), amount=D("30.00"))
    restate(cast.haven, housing, OCTOBER, "subcontract", "120.00", "100.00")
    services.receive_contribution(
        contribution=budget.contributions.get(participant=cast.haven),
        amount=D("500.00"),
        on=today,
        reference="IN 1",
        by=cast.hana,
    )
    services.pay_participant(
        participant=cast.haven, amount=D("40.00"), on=today, reference="BACS 1", by=cast.hana
    )
    services.export_book(
        alliance=cast.alliance, kind=BookExport.Kind.LINES, as_what=BookExport.Format.CSV, by=cast.ari
    )
    services.mark_supplier(participant=cast.haven, supplier="A. Person", is_person=True, by=cast.finn)
    _look_ahead(cast)
    _state_what_is_its_own(cast)


def _close(year: Budget, by) -> None:
    """100.00 is left of 600,000.00, and all agreed to carry 40.00 of it forward."""
    decide_underspend(year, "part", "40.00")
    close_year(year, by)
    have_paper(year, by)


def _look_ahead(cast) -> None:
    """Haven expects too much on housing first, and says what will be done about it."""
    plan = open_plan(cast)
    services.write_plan(
        plan=plan, words="We let two flats later.", doing=cast.haven, until=date(2027, 1, 29), by=cast.pat
    )


def _state_what_is_its_own(cast) -> None:
    services.state_vat(
        participant=cast.haven, recovers="none", since=date(2026, 4, 1), basis="Exempt welfare.", by=cast.finn
    )
    services.confirm_own_books(
        participant=cast.haven, month=OCTOBER, own=D("110.00"), words="Ten pounds came late.", by=cast.finn
    )


def _send_what_is_wrong(cast) -> None:
    """A return in need of attention, another that is ready, with a row put right and a name explained."""
    send_return(cast, [cost("a lot")], reference="wrong")
    strange = send_return(
        cast, [cost("9.00", line="Housing 1st", what="Soap"), cost("x")], reference="part 2"
    )
    services.explain_names(
        cost_return=strange, meanings={("budget_line", "Housing 1st"): "Housing first"}, by=cast.finn
    )
    do_all_due()
    strange.refresh_from_db()
    services.fix_rows(cost_return=strange, fixes={3: {"amount": "1.00"}}, by=cast.finn)
    do_all_due()
