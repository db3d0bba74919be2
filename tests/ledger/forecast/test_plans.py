"""The action plans that a forecast opens (rule 40), and what the database keeps of both."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from alliance.core.models import Errand
from alliance.core.periods import Month
from alliance.core.refusals import NotAllowed, NotPossible
from ledger import forecasting
from ledger.errands import ask_for_plans
from ledger.models import ActionPlan, Forecast, PlanStep
from ledger.services import finish_plan, let_plan_go, open_plans, propose_virement
from ledger.waiting import waiting_on
from participants.standing import standing
from tests.factories.forecast import LATE, kinds, say, write
from tests.factories.ledger import NOVEMBER, YEAR, cost, open_plan, post_return
from tests.ledger.conftest import TODAY

pytestmark = pytest.mark.django_db


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


def test_forecasts_as_large_as_they_can_be_are_told_like_any(cast, line, client_of, run_errands):
    for whose, who in ((cast.haven, cast.finn), (cast.beacon, cast.rosa)):
        say(line(), whose, who, "9999999999.99")
    run_errands()
    plan = ActionPlan.objects.get(budget_line=line())
    assert plan.forecast == Decimal("19999999999.98")
    for url in (plan.get_absolute_url(), reverse("ledger:forecast", args=[cast.alliance.slug])):
        assert client_of(cast.pat).get(url).status_code == 200


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
