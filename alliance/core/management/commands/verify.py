"""Walk every chain, digest, sum and balance; stop at the first break, name it, and exit 1.

--head compares a record head printed in a report (SEQ:HASH) with the chain.
"""

from django.core.management.base import BaseCommand, CommandError

from alliance.core.invariants import REGISTER
from alliance.core.models import EventHead
from alliance.core.record import breaks_in_chain
from alliance.core.tenancy import alliance_context


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--alliance", metavar="SLUG", help="only this alliance")
        parser.add_argument("--head", metavar="SEQ:HASH", help="a head printed in a report; needs --alliance")

    def handle(self, *, alliance: str | None, head: str | None, **options):
        heads = EventHead.objects.select_related("alliance").order_by("alliance__slug")
        if alliance:
            heads = heads.filter(alliance__slug=alliance)
        if not heads:
            raise CommandError(f"There is no record of {alliance or 'any alliance'}.")
        if head:
            self._compare(heads, alliance, head)
        for one in heads:
            with alliance_context(one.alliance_id):
                for promise in REGISTER:
                    for sentence in promise.breaks(one.alliance_id):
                        raise CommandError(f"{one.alliance}: broken. {promise.promise} {sentence}")
                    self.stdout.write(f"{one.alliance}: {promise.promise}")
            self.stdout.write(
                self.style.SUCCESS(f"{one.alliance}: all {len(REGISTER)} promises hold, {one.seq} events.")
            )

    def _compare(self, heads, alliance: str | None, printed: str) -> None:
        seq, _, value = printed.partition(":")
        if not alliance or not seq.isdigit() or len(value) != 64:
            raise CommandError("--head is written SEQ:HASH as on the report, together with --alliance.")
        for sentence in breaks_in_chain(heads[0].alliance_id, (int(seq), value)):
            raise CommandError(f"{heads[0].alliance}: broken. {sentence}")
        self.stdout.write("The head on the paper is in the chain.")
