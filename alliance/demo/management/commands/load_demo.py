"""`load_demo`: tell the demonstration's year; `--large`: years of a larger one, for measuring."""

import gc
import time
from datetime import date, datetime
from datetime import time as clock

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from alliance.demo import large
from alliance.demo.agenda import LONDON
from alliance.demo.cast import SECOND_SLUG, SLUG
from alliance.demo.story import tell
from participants.models import Alliance


class Command(BaseCommand):
    help = "Load an invented alliance with a year behind it, told through the real services."

    def add_arguments(self, parser):
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when there is an alliance already"
        )
        parser.add_argument(
            "--today", type=date.fromisoformat, help="the day on which the story ends (2026-11-22)"
        )
        parser.add_argument("--large", action="store_true", help="a larger alliance, loaded in bulk")
        for name, usual, what in large.SIZES:
            parser.add_argument(
                f"--{name}", type=int, default=usual, help=f"with --large: {what} ({usual:,})"
            )

    def handle(self, *, if_empty: bool, today: date | None, **options):
        if if_empty and Alliance.objects.exists():
            self.stdout.write("There is an alliance already: nothing to load.")
            return
        now = self._now(today)
        gc.freeze()  # and looked through seldom: a command that ends soon frees its memory by ending
        gc.set_threshold(50_000, 20, 100)
        if options["large"]:
            self._load_large(now, options)
        else:
            self._load(now)

    def _now(self, today: date | None) -> datetime:
        now = timezone.now()
        if today is None or today == timezone.localdate(now):
            return now
        if today > timezone.localdate(now):
            raise CommandError(f"{today} is still to come; the story ends today or earlier.")
        return datetime.combine(today, clock(17, 30), LONDON)

    def _load(self, now: datetime) -> None:
        self._refuse_if_there(SLUG, SECOND_SLUG)
        began = time.perf_counter()
        world = tell(now, lambda month: self.stdout.write(f"  {month}"))
        for errand in world.undone:
            errand.refresh_from_db()
            self.stderr.write(f"Not done here: {errand}. {errand.trouble}")
        seconds = time.perf_counter() - began
        self.stdout.write(f"{world.alliance} is there: a year, told in {seconds:.0f} seconds.")

    def _load_large(self, now: datetime, options: dict) -> None:
        self._refuse_if_there(large.SLUG)
        began = time.perf_counter()
        try:
            sizes = large.Sizes(**{name: options[name] for name, *_ in large.SIZES})
        except large.Impossible as reason:
            raise CommandError(str(reason)) from None
        world = large.load(now, sizes, self.stdout.write)
        self.stdout.write(f"{world.alliance} is there, in {time.perf_counter() - began:.0f} seconds.")

    def _refuse_if_there(self, *slugs: str) -> None:
        if there := Alliance.objects.filter(slug__in=slugs).first():
            raise CommandError(
                f"{there} is there already. What is in an alliance is never deleted: use an empty database."
            )
