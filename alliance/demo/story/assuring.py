"""The story of the reports: by the calendar after each quarter, again once its last month is closed, and who read them."""

from datetime import date
from functools import partial

from alliance.assurance import services
from alliance.assurance.models import Report
from alliance.core import invariants
from alliance.core.periods import Quarter
from alliance.core.record import record
from alliance.core.workdays import add_working_days
from alliance.demo.story.world import World

READERS = ["owen", "elspeth", "desmond", "pauline", "yusuf", "lorna", "ruth", "harriet"]


def plan(world: World) -> None:
    quarters = [quarter for quarter in _ended(world)]
    for place, quarter in enumerate(quarters):
        newest = place >= len(quarters) - 2
        world.on(_day_after(quarter), partial(ask, world, quarter, None), 6)
        if newest:
            again = add_working_days(quarter.end, 18)
            world.on(again, partial(ask, world, quarter, "priya"), 9)
        asked = 18 if newest else 2
        for n, reader in enumerate(READERS):
            if n < 6 or place % 2:
                read = add_working_days(quarter.end, asked + 2 + 3 * n)
                world.on(read, partial(fetch, world, quarter, reader), 20, 5 * n)
    world.on(world.agenda.ago(31), partial(export, world), 15)
    world.on(add_working_days(world.agenda.today, -1), partial(invariants_hold, world), 23)


def _ended(world: World) -> list[Quarter]:
    first = Quarter.containing(world.start)
    return [one for one in first.through(Quarter.containing(world.agenda.today)) if one.end < world.agenda.today]


def _day_after(quarter: Quarter) -> date:
    return quarter.next.start


def ask(world: World, quarter: Quarter, by: str | None) -> None:
    services.request_report(alliance=world.alliance, quarter=quarter, by=by and world.people[by])


def fetch(world: World, quarter: Quarter, reader: str) -> None:
    reports = Report.objects.filter(alliance=world.alliance, quarter=quarter.slug, sealed_at__isnull=False)
    latest = reports.select_related("alliance", "pdf").order_by("-version").first()
    if latest:
        services.download_report(report=latest, by=world.people[reader])


def export(world: World) -> None:
    """The auditor takes the whole record along, to verify it on a machine of her own."""
    record("core.record_exported", world.alliance, by=world.people["harriet"])


def invariants_hold(world: World) -> None:
    invariants.self_check(world.alliance.pk)
