"""The forecast to the year's end, and the action plans that it opens (rule 40)."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from alliance.core.models import Errand, Event
from alliance.core.periods import Month
from alliance.core.refusals import NotAllowed, NotPossible
from ledger import forecasting
from ledger.errands import ask_for_plans
from ledger.models import ActionPlan, Budget, BudgetLine, Forecast, PlanStep
from ledger.services import (
    close_period,
    finish_plan,
    let_plan_go,
    open_plans,
    propose_virement,
    say_forecast,
    write_plan,
)
from ledger.waiting import waiting_on
from participants.standing import standing
from tests.factories.ledger import (
    NOVEMBER,
    OCTOBER,
    YEAR,
    cost,
    make_book,
    open_plan,
    period_of,
    post_return,
)
from tests.factories.participants import make_participant, make_person
from tests.ledger.conftest import TODAY

pytestmark = pytest.mark.django_db
LATE = date(2027, 1, 29)
OCT = "05/10/2026"


@pytest.fixture
def book(cast) -> Budget:
    """Haven reported October and November."""
    budget = make_book(cast)
    post_return(cast, [cost("20000.00", OCT), cost("100.00", OCT, line="Peer support")], OCTOBER)
    post_return(cast, [cost("10000.01"), cost("50.00", line="Peer support", what="Tea")], NOVEMBER)
    return budget


@pytest.fixture
def newcomer(cast, book):
    """Lighthouse joins on 1 September; Faye leads its finances."""
    joined = make_participant(cast.alliance, "Lighthouse", joined_on=date(2026, 9, 1))
    cast.faye = make_person(cast.alliance, "Faye Figures", "finance_lead", joined)
    return joined


@pytest.fixture
def look(cast, book):
    """`look("Housing first")` is the forecast of a line, as it is now."""

    def of(name: str | None = None, **narrowed):
        budget = Budget.objects.with_lines().get(pk=book.pk)
        found = forecasting.outlook(budget, **narrowed)
        return found if name is None else next(one for one in found.lines if one.line.name == name)

    return of


@pytest.fixture
def line(cast, book):
    def of(name: str = "Housing first") -> BudgetLine:
        return BudgetLine.objects.select_related("budget", "alliance").get(budget=book, name=name)

    return of


@pytest.fixture
def on_day(monkeypatch):
    def of(days: int) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY + timedelta(days=days))

    return of


def say(
    line: BudgetLine, participant, by, amount: str | None, method: str = "entered", reason: str = "Two flats."
):
    return say_forecast(
        budget_line=line,
        participant=participant,
        method=method,
        amount=amount and Decimal(amount),
        reason=reason,
        by=by,
    )


def write(
    plan: ActionPlan, by, doing, words: str = "We let two flats later.", until: date = LATE, **facts
) -> PlanStep:
    return write_plan(plan=plan, words=words, doing=doing, until=until, by=by, **facts)


def kinds(prefix: str) -> list[str]:
    told = Event.objects.filter(kind__startswith=prefix).order_by("seq")
    return [kind.removeprefix(prefix) for kind in told.values_list("kind", flat=True)]


# ── What the year comes to ───────────────────────────────────────────────────


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


# ── Action plans ─────────────────────────────────────────────────────────────


def test_a_variance_beyond_the_percentage_opens_one_plan_with_its_day(cast, line, run_errands):
    say(line(), cast.haven, cast.finn, "336000.00")
    run_errands()
    assert not ActionPlan.objects.exists()  # five percent is not beyond five percent
    say(line(), cast.haven, cast.finn, "336000.01")
    run_errands()
    plan = ActionPlan.objects.get()
    assert (plan.number, plan.agreed, plan.forecast, plan.percent, plan.opened_on, plan.due_on) == (
        1,
        Decimal("320000.00"),
        Decimal("336000.01"),
        Decimal("5.000"),
        date(2026, 11, 22),
        date(2026, 12, 13),
    )
    say(line(), cast.haven, cast.finn, "400000.00")
    ask_for_plans(date(2026, 11, 23))
    run_errands()
    assert open_plans(alliance=cast.alliance) == []
    assert ActionPlan.objects.count() == 1
    assert kinds("ledger.plan_") == ["opened"]


def test_two_complete_months_open_no_plan_of_themselves_and_three_do(cast, book, run_errands):
    run_errands()
    assert not ActionPlan.objects.exists()
    post_return(cast, [cost("5000.00", day="05/09/2026")], Month(2026, 9))
    run_errands()
    assert {plan.budget_line.name for plan in ActionPlan.objects.all()} == {"Housing first", "Peer support"}


def test_of_many_that_ask_for_plans_the_last_asks_for_all_unless_it_was_begun_before(
    cast, line, run_errands, monkeypatch
):
    asked = []
    monkeypatch.setattr("ledger.services.open_plans", lambda **facts: asked.append(facts))
    for amount in ("1.00", "2.00", "3.00"):
        say(line(), cast.haven, cast.finn, amount)
    run_errands()
    assert len(asked) == 1
    for amount in ("4.00", "5.00"):
        say(line(), cast.haven, cast.finn, amount)
    begun = Errand.objects.filter(kind="ledger.open_plans").latest("pk")
    Errand.objects.filter(pk=begun.pk).update(attempts=1)  # it may not have seen what came after its look
    run_errands()
    assert len(asked) == 3


def test_no_page_opens_a_plan(cast, line, client_of, django_assert_num_queries):
    say(line(), cast.haven, cast.finn, "400000.00")
    assert client_of(cast.pat).get(reverse("ledger:forecast", args=[cast.alliance.slug])).status_code == 200
    assert not ActionPlan.objects.exists()


def test_a_plan_is_written_by_whoever_spends_on_the_line_and_then_done(cast, book):
    plan = open_plan(cast)
    for person in (cast.rosa, cast.carol, cast.lena, cast.bea, cast.ari, cast.stranger):
        with pytest.raises(NotAllowed, match="spends on the line"):
            write(plan, person, cast.haven)
    with pytest.raises(NotPossible):
        finish_plan(plan=plan, words="Done.", by=cast.pat)
    with pytest.raises(NotPossible, match="still to come"):
        write(plan, cast.pat, cast.haven, until=date(2026, 11, 21))
    first = write(plan, cast.pat, cast.haven)
    assert write(plan, cast.pat, cast.haven) == first
    write(plan, cast.hana, cast.haven, words="One flat later, one never.")
    finish_plan(plan=plan, words="One was let.", by=cast.dev)
    assert finish_plan(plan=plan, words="One was let.", by=cast.dev).number == 3
    plan.refresh_from_db()
    assert (plan.state, plan.ended_by) == ("done", cast.dev)
    assert [(one.verb, one.participant, one.capacity) for one in plan.steps.all()] == [
        ("write", cast.haven, "representative"),
        ("write", cast.council, "pool_manager"),
        ("finish", cast.haven, "deputy"),
    ]
    with pytest.raises(NotPossible):
        write(plan, cast.pat, cast.haven)
    assert kinds("ledger.plan_") == ["opened", "written", "written", "done"]
    (again,) = open_plans(alliance=cast.alliance)  # it stayed as far apart
    assert again.number == 2


def test_a_plan_is_let_go_when_the_forecast_is_back_or_the_year_is_over(cast, line, on_day):
    plan = open_plan(cast)
    with pytest.raises(NotPossible, match=r"£80,000.00 more than agreed, 25.%. That is beyond 5.%"):
        let_plan_go(plan=plan, words="We hope.", by=cast.pat)
    say(line(), cast.haven, cast.finn, "330000.00")
    with pytest.raises(NotPossible, match="Write why"):
        let_plan_go(plan=plan, words=" ", by=cast.pat)
    step = let_plan_go(plan=plan, words="The second flat is for next year.", by=cast.pat)
    assert let_plan_go(plan=plan, words="Twice.", by=cast.pat) == step
    say(line(), cast.haven, cast.finn, "400000.00")
    (second,) = open_plans(alliance=cast.alliance)
    on_day(150)
    let_plan_go(plan=second, words="The year is over.", by=cast.hana)
    assert kinds("ledger.plan_") == ["opened", "let_go", "opened", "let_go"]


def test_a_plan_begins_the_draft_of_a_virement_with_its_line_in_it(cast, book):
    plan = open_plan(cast)
    draft = propose_virement(plan=plan, participant=cast.haven, by=cast.pat)
    assert (draft.template, draft.case.title) == ("virement", "Shall money move to Housing first?")
    assert draft.case.effect["lines"] == [plan.budget_line_id]
    assert draft.case.effect["amounts"] == ["80000.00"]
    with pytest.raises(NotPossible, match="was put to this alliance"):
        write(plan, cast.pat, cast.haven, proposal=draft)
    with pytest.raises(NotAllowed):
        propose_virement(plan=plan, participant=cast.haven, by=cast.finn)


def test_what_is_to_be_written_waits_on_whoever_spends_and_then_on_whoever_does_it(cast, book, on_day):
    def waits(person) -> list[tuple[str, str, bool]]:
        found = waiting_on(standing(person, cast.alliance))
        return [(one.title, one.who, one.is_late) for one in found if one.title.startswith("Action plan")]

    plan = open_plan(cast)
    title = "Action plan 1: what will be done about Housing first?"
    assert waits(cast.pat) == waits(cast.finn) == waits(cast.hana) == [(title, "me", False)]
    assert waits(cast.bea) == [(title, "organisation", False)]
    assert waits(cast.rosa) == waits(cast.ari) == []
    on_day(22)
    assert waits(cast.pat) == [(title, "me", True)]
    assert ActionPlan.objects.get().is_overdue
    write(plan, cast.pat, cast.beacon)
    assert waits(cast.pat) == []
    on_day(90)
    assert waits(cast.rosa) == [("Action plan 1: is it done, for Housing first?", "me", True)]


def test_a_report_is_told_the_forecast_its_variances_and_its_plans(cast, book, on_day):
    plan = open_plan(cast)
    found = forecasting.for_report(cast.alliance, NOVEMBER)
    assert (found.beyond, found.plans, found.overdue) == (
        (("Housing first", "£80,000.00 more than agreed, 25\N{NO-BREAK SPACE}%"),),
        (plan,),
        (),
    )
    assert found.year_end == found.spent + found.to_come
    on_day(22)
    assert forecasting.for_report(cast.alliance, YEAR).overdue == (plan,)
    assert forecasting.for_report(cast.elsewhere, YEAR) is None


# ── What the database keeps ──────────────────────────────────────────────────


def test_the_database_keeps_forecasts_and_plans(cast, book, line):
    said = say(line(), cast.haven, cast.finn, "400000.00", method="even")
    plan = open_plan(cast)
    write(plan, cast.pat, cast.haven)
    step = plan.steps.get()

    def copy(row, **changes):
        fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        return type(row)(**fields | {"id": None} | changes)

    def moved(**changes):
        ActionPlan.objects.filter(pk=plan.pk).update(**changes)

    def table(statement: str):
        with connection.cursor() as cursor:
            cursor.execute(statement)

    forbidden = {
        "a version that does not follow": lambda: copy(said, version=9).save(),
        "months that do not sum": lambda: copy(said, version=3, amount=Decimal("1.00")).save(),
        "a forecast for somebody else": lambda: copy(said, version=1, participant_id=cast.beacon.pk).save(),
        "a profile without months": lambda: copy(said, version=3, months=None).save(),
        "a changed forecast": lambda: Forecast.objects.filter(pk=said.pk).update(amount=1),
        "a deleted forecast": lambda: table("delete from ledger_forecast"),
        "a second plan": lambda: copy(plan, number=2, state="open").save(),
        "a plan within the percentage": lambda: copy(
            plan, number=2, state="open", budget_line_id=line("Peer support").pk, forecast=plan.agreed
        ).save(),
        "a plan that is moved by nothing": lambda: moved(state="done", ended_at=TODAY, ended_by=cast.pat),
        "another due day": lambda: moved(due_on=LATE),
        "a deleted plan": lambda: table("delete from ledger_actionplan"),
        "an emptied table": lambda: table("truncate ledger_actionplan cascade"),
        "a step by a stranger to the line": lambda: copy(
            step,
            number=2,
            participant_id=cast.beacon.pk,
            said_by_id=cast.rosa.pk,
            appointment_id=cast.rosa.appointments.get().pk,
        ).save(),
        "a step that moves nothing": lambda: (
            copy(step, number=2, verb="finish", doing_id=None, until=None).save(),
            table("set constraints all immediate"),
        ),
        "a changed step": lambda: PlanStep.objects.update(until=TODAY),
    }
    let_through = []
    for name, act in forbidden.items():
        try:
            with transaction.atomic():
                act()
        except (DatabaseError, IntegrityError):
            continue
        let_through.append(name)
    assert let_through == []
    finish_plan(plan=plan, words="Done.", by=cast.pat)
    with pytest.raises(DatabaseError, match="does not reopen"), transaction.atomic():
        moved(state="open", ended_at=None, ended_by=None)


# ── In the browser ───────────────────────────────────────────────────────────


@pytest.fixture
def url(cast):
    def of(name: str, *args) -> str:
        return reverse(f"ledger:{name}", args=[cast.alliance.slug, *args])

    return of


def words_of(answer) -> str:
    return " ".join(answer.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_page_says_what_the_year_comes_to_and_how_each_figure_is_known(cast, book, line, client_of, url):
    open_plan(cast, amount="350000.00")
    say(line("Peer support"), cast.haven, cast.finn, None, method="run_rate", reason="As so far.")
    page = words_of(client_of(cast.ari).get(url("forecast")))
    for words in (
        (
            'By <time datetime="2027-03-31">31 March 2027</time> we will have spent <strong>£530,900.00</strong>: '
            "£30,150.01 so far and £500,749.99 to come"
        ),
        "£69,100.00 less than agreed, 11.5 %",
        "£30,000.00 more than agreed, 9.4 %",
        "Entered: £350,000.00 for the year.",
        "“Two more flats.” Finn Finance, finance lead, <time",
        "Run-rate: the average of 2 complete months.",
        "Profile: the budget, the same in each month",
        'Action plan 1</a>, to be written by <time datetime="2026-12-13">',
        "£30,000.00 kept for what nobody foresaw",
    ):
        assert words in page, words
    assert "Say what you expect" not in page
    assert "Say what you expect" in words_of(client_of(cast.finn).get(url("forecast")))
    one = words_of(client_of(cast.finn).get(url("forecast") + "?participant=haven&line=housing-first"))
    assert "Haven Homes will have spent on Housing first <strong>£350,000.00</strong>" in one
    assert (
        "than agreed"
        not in one.split("<footer")[0].split("Everything that was said")[0].split('id="plans"')[0]
    )
    sent = b"".join(client_of(cast.ari).get(url("forecast_csv")).streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(sent)))
    assert rows[1][1:7] == ["Housing first", "Haven Homes", "30000.01", "319999.99", "350000.00", "Entered"]


def test_a_finance_lead_says_what_it_expects_and_what_is_wrong_is_told_beside_it(cast, book, client_of, url):
    client = client_of(cast.finn)
    address = url("say_forecast", YEAR.slug, "housing-first", "haven")
    page = words_of(client.get(address))
    assert "£180,000.06 by <time" in page
    assert "pattern of last year" not in page
    refused = client.post(address, {"method": "entered", "amount": "12 pounds", "reason": ""})
    said = words_of(refused)
    assert refused.status_code == 422
    assert "The amount &#x27;12 pounds&#x27; has words in it" in said
    assert "Enter why you expect this" in said
    assert 'value="12 pounds"' in said
    assert client.post(address, {"method": "entered", "reason": "So."}).status_code == 422
    assert client.post(address, {"method": "run_rate", "amount": "5", "reason": "So."}).status_code == 422
    done = client.post(address, {"method": "entered", "amount": "£210,000", "reason": "Two flats."})
    assert done.status_code == 303
    assert Forecast.objects.get().amount == Decimal("210000.00")
    assert client.get(url("say_forecast", "2031-32", "housing-first", "haven")).status_code == 404


def test_a_plan_goes_through_the_browser(cast, book, client_of, url):
    plan = open_plan(cast)
    client = client_of(cast.pat)
    address = url("plan", plan.number)
    assert "To be written by" in words_of(client.get(address))
    refused = client.post(
        url("write_plan", 1), {"words": "", "until_day": "1", "until_month": "1", "until_year": "2020"}
    )
    assert refused.status_code == 422
    assert "Until when? must be 22 November 2026 or later" in words_of(refused)
    given = {"words": "We let one later.", "doing": cast.haven.pk}
    until = {"until_day": "29", "until_month": "1", "until_year": "2027"}
    assert client.post(url("write_plan", 1), given | until).status_code == 303
    page = words_of(client.get(address))
    assert "We let one later." in page
    assert "Say how it ended" in page
    assert "spends on the line" in words_of(client_of(cast.rosa).get(address))
    drafted = client.post(url("plan_virement", 1))
    assert drafted.status_code == 303
    assert drafted.url.endswith("/draft/effect/")
    step = words_of(client.get(drafted.url))
    assert "80,000.00" in step
    ended = client.post(url("end_plan", 1), {"then": "finish", "words": "One was let."})
    assert ended.status_code == 303
    assert "One was let." in words_of(client.get(address))
    assert client.get(url("write_plan", 1)).status_code == 409
    assert client.post(url("end_plan", 1), {"then": "finish", "words": "Again."}).status_code == 409


def test_the_page_asks_the_same_however_much_there_is(
    cast, book, line, client_of, url, django_assert_num_queries
):
    client = client_of(cast.finn)
    client.get(url("forecast"))
    with django_assert_num_queries(14):
        client.get(url("forecast"))
    open_plan(cast)
    open_plan(cast, "Peer support")
    open_plan(cast, "Street outreach")
    say(line("Street outreach"), cast.beacon, cast.rosa, "9.00")
    with django_assert_num_queries(14):
        client.get(url("forecast"))
