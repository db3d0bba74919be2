"""The story of the reports: by the calendar after each quarter, once more when it is closed, and who read them."""

from functools import partial

from alliance.assurance import services
from alliance.assurance.models import Report
from alliance.core import invariants
from alliance.core.periods import Quarter
from alliance.core.record import record
from alliance.core.workdays import add_working_days
from alliance.demo.story.world import World

READERS = ["owen", "elspeth", "desmond", "pauline", "yusuf", "lorna", "ruth", "harriet"]
LATE = {"elspeth", "yusuf", "lorna"}  # have still to read the newest


def plan(world: World) -> None:
    quarters = _ended(world)
    for place, quarter in enumerate(quarters):
        newest = place == len(quarters) - 1
        world.on(quarter.next.start, partial(ask, world, quarter, None), 6)
        if newest:
            again = add_working_days(quarter.end, 18)
            world.on(again, partial(ask, world, quarter, "priya"), 9)
        asked = 18 if newest else 2
        for n, reader in enumerate(READERS):
            if not (newest and reader in LATE):
                read = add_working_days(quarter.end, asked + 1 + 2 * n)
                world.on(read, partial(fetch, world, quarter, reader), 20, 5 * n)
    world.on(world.agenda.ago(31), partial(export, world), 15)
    world.on(add_working_days(world.agenda.today, -1), lambda: invariants.self_check(world.alliance.pk), 23)


def _ended(world: World) -> list[Quarter]:
    """The quarters that are over and in all of which the alliance lived."""
    first = Quarter.containing(world.start)
    last = Quarter.containing(world.agenda.today).previous
    return [one for one in first.through(last) if one.start >= world.start]


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
