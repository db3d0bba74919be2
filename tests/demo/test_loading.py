"""Loading it: twice is refused, the future is refused, any day of the year will do; the large one and the samples."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from alliance.core import invariants
from alliance.core.periods import Month
from alliance.demo import large
from alliance.demo.agenda import LONDON, Agenda, moment
from alliance.demo.story import (
    assuring,
    bookkeeping,
    deciding,
    experimenting,
    joining,
    measuring,
    reviewing,
)
from alliance.demo.story.world import World
from decisions.models import Decision, Proposal
from ledger.models import Entry, Period
from ledger.services import submit_cost_return
from participants.models import Alliance
from tests.demo.conftest import NOW

SAMPLES = Path(settings.BASE_DIR) / "alliance" / "demo" / "samples"


def said(*arguments, **options) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def planned(today: date) -> Agenda:
    agenda = Agenda(moment(today, 17))
    world = World(agenda, start=Month.containing(today).shifted(-12).start)
    for part in (joining, deciding, bookkeeping, reviewing, experimenting, measuring, assuring):
        part.plan(world)
    reviewing.plan_what_comes(world)
    return agenda


def test_loading_it_twice_is_refused_kindly(story):
    with pytest.raises(CommandError, match="Merrowport Alliance for Complex Needs is there already"):
        said("load_demo")


def test_nothing_is_loaded_beside_an_alliance_when_asked_only_if_empty(story):
    assert "nothing to load" in said("load_demo", if_empty=True)


def test_the_story_never_ends_in_the_future(story):
    tomorrow = (NOW + timedelta(days=1)).date()
    with pytest.raises(CommandError, match="still to come"):
        said("load_demo", today=tomorrow)


def test_the_people_are_told_with_the_page_to_sign_in_as_them(story):
    words = said("demo_people")
    assert "/sign-in-as/" in words
    assert "Marguerite Adeyemi   Representative, Merrowport City Council" in words
    assert "In both: Lee Carrick and Rosa Quintero." in words


def test_the_same_day_is_the_same_story():
    first, again = planned(NOW.date()), planned(NOW.date())
    assert [when for when, *_ in sorted(first._acts)] == [when for when, *_ in sorted(again._acts)]
    world = World(first, start=date(2025, 11, 1))
    for key in bookkeeping.COSTS:
        month = Month(2026, 3)
        assert bookkeeping.costs(world, key, month) == bookkeeping.costs(world, key, month)


@pytest.mark.parametrize(
    "day", [date(2026, 1, 1) + timedelta(days=n) for n in range(0, 731, 17)] + [date(2028, 2, 29)]
)
def test_on_any_day_of_the_year_it_begins_with_the_founding(day):
    agenda = planned(day)
    acts = sorted(agenda._acts, key=lambda act: act[:2])
    assert acts[0][0] == moment(Month.containing(day).shifted(-12).start, 9)
    assert sum(when <= agenda.now for when, *_ in acts) > 450


def test_an_agenda_tells_in_the_order_of_time_and_leaves_the_future_alone():
    now = datetime(2026, 3, 2, 12, tzinfo=LONDON)
    agenda, heard = Agenda(now), []
    agenda.at(datetime(2026, 3, 2, 13, tzinfo=LONDON), lambda: heard.append("later"))
    agenda.at(datetime(2026, 3, 1, 9, tzinfo=LONDON), lambda: heard.append(datetime.now(LONDON)))
    agenda.at(datetime(2026, 2, 1, 9, tzinfo=LONDON), lambda: agenda.at(now, lambda: heard.append("now")))
    assert agenda.tell() == 3
    assert heard == [datetime(2026, 3, 1, 9, tzinfo=LONDON), "now"]


@pytest.mark.parametrize(
    ("name", "status", "total", "sentences"),
    [
        ("good.csv", "ready", "28452.64", []),
        ("good.xlsx", "ready", "28452.64", []),
        ("titles-and-pound-signs.csv", "ready", "28452.64", []),
        ("columns-to-match.csv", "mapping", "0.00", []),
        (
            "several-mistakes.csv", "attention", "0.00",
            ["more than two decimal places", "74l.30", "'VAT' is not one of", "31/11/2026", "blank", "Front dor",
             "does not say what", "the month 30"],
        ),
    ],
)  # fmt: skip
def test_each_sample_is_what_its_name_says(story, name, status, total, sentences):
    cost_return = submit_cost_return(
        participant=story.participants["lantern"],
        month=Month(2026, 11),
        name=name,
        content=(SAMPLES / name).read_bytes(),
        by=story.people["wanda"],
    )
    story.work()
    cost_return.refresh_from_db()
    assert cost_return.status == status
    if status == "ready":
        assert cost_return.lines_total == Decimal(total)
    problems = list(cost_return.problems.values_list("sentence", flat=True))
    assert len(problems) == len(sentences)
    for part, sentence in zip(sentences, problems, strict=True):
        assert part in sentence


def test_a_large_one_is_loaded_through_the_same_guards(story):
    heard = []
    sizes = large.Sizes(years=2, participants=4, lines=3001, decisions=11)
    world = large.load(NOW, sizes, heard.append)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    assert Entry.objects.filter(alliance_id=world.alliance.pk, budget_line__isnull=False).count() == 3001
    assert list(invariants.breaks(world.alliance.pk)) == []
    # The second year's budget is a decision too.
    assert Decision.objects.filter(alliance=world.alliance).count() == 11
    assert Proposal.objects.filter(alliance=world.alliance).count() == 12
    open_months = Period.objects.filter(alliance=world.alliance).open().filter(month__lt=NOW.date())
    assert [str(one) for one in open_months.order_by("month")] == ["October 2026", "November 2026"]
    assert sum("lines in" in line and "a second" in line for line in heard) == 2
    assert Alliance.objects.get(slug=large.SLUG).is_demonstration


@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [
        ({"years": 0}, "--years is from 1 to 30"),
        ({"participants": 2}, "two commissioners and at least one provider"),
        ({"lines": -1}, "are not negative"),
    ],
)
def test_impossible_sizes_are_refused_with_a_sentence(story, sizes, sentence):
    with pytest.raises(CommandError, match=sentence):
        said("load_demo", large=True, **sizes)
