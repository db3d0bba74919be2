"""Ask for an alliance's report on a quarter; --now makes it in this process instead of waiting for a worker."""

from django.core.management.base import BaseCommand, CommandError

from alliance.assurance.services import request_report
from alliance.core import outbox
from alliance.core.periods import PeriodError, Quarter
from alliance.core.refusals import Refusal
from alliance.core.tenancy import within_alliance
from participants.models import Alliance


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--alliance", required=True, help="the alliance's address, for example harbour-alliance"
        )
        parser.add_argument("--quarter", required=True, help="for example 2026-27-q2")
        parser.add_argument("--now", action="store_true", help="make it here and now")

    def handle(self, *, alliance: str, quarter: str, now: bool, **options):
        found = Alliance.objects.filter(slug=alliance).first()
        if found is None:
            raise CommandError(f"There is no alliance {alliance!r}.")
        try:
            wanted = Quarter.parse(quarter, found.year_starts_in)
            report = within_alliance(
                found.pk, lambda: request_report(alliance=found, quarter=wanted, by=None)
            )
        except (PeriodError, Refusal) as problem:
            raise CommandError(str(problem)) from None
        if now and not report.is_sealed:
            outbox.do(report.errand.pk)
            report.refresh_from_db()
            if not report.is_sealed:
                raise CommandError(f"{report} could not be made: {report.errand.trouble}")
        state = f"sealed, SHA-256 {report.pdf.sha256}" if report.is_sealed else "asked for; a worker makes it"
        self.stdout.write(f"{report}: {state}.")
