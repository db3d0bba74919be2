"""Each month's returns with their mistakes, and the closing of months."""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from django.utils import timezone

from alliance.core.periods import FinancialYear, Month
from alliance.core.spreadsheets import write_csv
from alliance.core.workdays import add_working_days
from alliance.demo.cast import FINANCE
from alliance.demo.story.world import World
from ledger import services
from ledger.lifecycle import ReturnState
from ledger.models import BudgetLine, Category, CostReturn, Journal, Period

from .files import LAYOUTS, as_csv, spoiled
from .spending import COSTS, NIGHT, RECOVERY, Row, costs


def plan(world: World, month: Month) -> None:
    """Sent within ten working days, closed after sixteen. Last month's are as they stand today."""
    last = month == world.months[-1]
    yesterday = add_working_days(world.agenda.today, -1)

    def day(working_days: int) -> date:
        usual = add_working_days(month.end, working_days)
        return min(usual, yesterday) if last else usual

    ways = _ways(world, month)
    for place, key in enumerate(COSTS):
        if way := ways.get(key, send_and_confirm):
            act = partial(_if_a_participant, world, key, month, partial(way, world, key, month))
            world.on(day(2 + world.chance("sent", key, month.slug).randint(0, 6)), act, 11, 7 * place)
    if not last:
        world.on(add_working_days(month.end, 16), partial(close, world, month), 16)


def _if_a_participant(world: World, key: str, month: Month, act: Callable[[], None]) -> None:
    participant = world.participants.get(key)
    if participant and participant.joined_on <= month.end:
        act()


def _ways(world: World, month: Month) -> dict:
    """What is out of the ordinary, by how many months ago it was; None: not sent."""
    ago = len(world.months) - world.months.index(month)
    return {
        1: {"tide": send_with_mistakes, "trust": send, "rowe": None},
        2: {"lantern": send_twice_reversed},
        4: {"tide": send_with_mistakes_then_mend},
        5: {"longquay": send_the_same_again},
        6: {"tide": send_and_put_right},
        8: {"hatch": state_nothing},
        7: {"trust": send_and_withdraw},
    }.get(ago, {})


def send(world: World, key: str, month: Month, rows: list[Row] | None = None) -> CostReturn:
    """Send the file in the organisation's own layout; a worker checks it."""
    rows = costs(world, key, month) if rows is None else rows
    name, media_type, content = LAYOUTS.get(key, as_csv)(key, month, rows)
    cost_return = services.submit_cost_return(
        participant=world.participants[key],
        month=month,
        name=name,
        content=content,
        media_type=media_type,
        declared_total=sum(row.amount for row in rows),
        by=world.people[FINANCE[key]],
    )
    world.work()
    cost_return.refresh_from_db()
    if cost_return.status in (ReturnState.MAPPING, ReturnState.ATTENTION) and key == "hatch":
        _match(world, cost_return)
    return cost_return


def _match(world: World, cost_return: CostReturn) -> None:
    """The smallest organisation's list has no column for the category and the budget line: all of it is for nights."""
    line = BudgetLine.objects.get(
        alliance=world.alliance,
        budget__starts_on=FinancialYear.containing(cost_return.month).start,
        name=NIGHT,
    )
    mapping = {
        "columns": {"date": 0, "supplier": 1, "description": 2, "amount": 3},
        "fixed": {"category": Category.DIRECT_OTHER.value, "budget_line": str(line.pk)},
        "only": None,
    }
    services.match_columns(cost_return=cost_return, mapping=mapping, by=cost_return.submitted_by)
    world.work()
    cost_return.refresh_from_db()


def confirm(world: World, cost_return: CostReturn) -> None:
    cost_return = CostReturn.objects.select_related("submitted_by").get(pk=cost_return.pk)
    if cost_return.status != ReturnState.READY:
        told = cost_return.problems.filter(reading=cost_return.reading).values_list("row", "sentence")[:3]
        raise ValueError(f"{cost_return} is not ready: {list(told)}")
    services.accept_cost_return(cost_return=cost_return, by=cost_return.submitted_by)
    world.work()


def send_and_confirm(world: World, key: str, month: Month) -> None:
    confirm(world, send(world, key, month))


def send_with_mistakes(world: World, key: str, month: Month) -> None:
    rows = costs(world, key, month)
    name, media_type, content = as_csv(key, month, rows)
    services.submit_cost_return(
        participant=world.participants[key],
        month=month,
        name=name,
        content=spoiled(content),
        media_type=media_type,
        declared_total=sum(row.amount for row in rows),
        by=world.people[FINANCE[key]],
    )


def send_with_mistakes_then_mend(world: World, key: str, month: Month) -> None:
    send_with_mistakes(world, key, month)
    world.on(add_working_days(timezone.localdate(), 1), partial(send_and_confirm, world, key, month), 15)


def send_and_put_right(world: World, key: str, month: Month) -> None:
    """A day that does not exist and a total with a row in it twice are put right in the page, and a name of its own is
    explained once for all."""
    rows = costs(world, key, month)
    total = sum(row.amount for row in rows)
    name, media_type, content = as_csv(key, month, rows)
    typed = list(csv.reader(content.decode("utf-8-sig").splitlines()))
    right, line = typed[4][0], typed[5][5]
    typed[4][0], typed[5][5] = f"31/02/{right[-4:]}", "Our peers"
    cost_return = services.submit_cost_return(
        participant=world.participants[key],
        month=month,
        name=name,
        content=b"".join(write_csv(typed[0], typed[1:])),
        media_type=media_type,
        declared_total=total + rows[0].amount,
        by=world.people[FINANCE[key]],
    )
    world.work()
    services.fix_rows(cost_return=cost_return, fixes={5: {"date": right}}, by=cost_return.submitted_by)
    world.work()
    services.explain_names(
        cost_return=cost_return, meanings={("budget_line", "Our peers"): line}, by=cost_return.submitted_by
    )
    world.work()
    services.declare_total(cost_return=cost_return, total=total, by=cost_return.submitted_by)
    world.work()
    confirm(world, cost_return)


def state_nothing(world: World, key: str, month: Month) -> None:
    services.state_nothing_spent(
        participant=world.participants[key], month=month, by=world.people[FINANCE[key]]
    )


def send_the_same_again(world: World, key: str, month: Month) -> None:
    """Sent twice, by a second thought; the book knows it already (rule 43)."""
    send_and_confirm(world, key, month)
    world.on(add_working_days(timezone.localdate(), 2), lambda: send(world, key, month), 9)


def send_and_withdraw(world: World, key: str, month: Month) -> None:
    """First without the psychologist's hours: taken back before it was confirmed, and sent again."""
    rows = [row for row in costs(world, key, month) if not row.what.startswith("Psychologist")]
    first = send(world, key, month, rows)

    def again() -> None:
        services.withdraw_cost_return(cost_return=first, by=first.submitted_by)
        send_and_confirm(world, key, month)

    world.on(add_working_days(timezone.localdate(), 1), again, 9, 40)


def send_twice_reversed(world: World, key: str, month: Month) -> None:
    """A bill was in it that belongs to another service: reversed with the reason, then sent without it."""
    rows = costs(world, key, month)
    strange = Row(
        month.end - timedelta(days=9), "Merrow Print", "Posters for the charity’s own appeal", Decimal("1284.60"),
        Category.DIRECT_OTHER.label, RECOVERY, "MP-20713", "Invoice",
    )  # fmt: skip
    confirm(world, send(world, key, month, [*rows, strange]))

    def put_right() -> None:
        posted = Journal.objects.get(
            cost_return__participant=world.participants[key], cost_return__month=month.start
        )
        services.reverse_journal(
            journal=posted,
            reason="Row with the posters is for our own appeal and not for the alliance. We send the month again.",
            by=world.people[FINANCE[key]],
        )
        send_and_confirm(world, key, month)

    world.on(add_working_days(timezone.localdate(), 3), put_right, 12)


def close(world: World, month: Month) -> None:
    period = Period.objects.get(alliance=world.alliance, month=month.start)
    services.close_period(period=period, by=world.people["priya"])
