"""What participants last confirmed in their own books, for any page that tells it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.utils import timezone

from alliance.core.periods import Month
from alliance.core.questions import Question
from ledger.asking import everybody
from ledger.models import Balance, Category, OwnBooks, Period
from participants.models import Alliance, Participant

PROVIDER = Participant.Kind.PROVIDER


@dataclass(frozen=True)
class LastConfirmed:
    """A participant and the newest month that it confirmed; None where it has confirmed none yet."""

    participant: Participant
    confirmed: OwnBooks | None

    @property
    def lines_query(self) -> str:
        """How the book's lines of that month are asked for."""
        month, alliance = self.confirmed.period, self.participant.alliance
        asked = {"year": alliance.financial_year(month.start).slug, "month": month.slug}
        return urlencode(asked | {"participant": self.participant.slug})


def last_confirmed(
    alliance: Alliance, participants: Iterable[Participant] | None = None
) -> list[LastConfirmed]:
    """The context of templates/ledger/own_books_table.html, under `own_books`.

    Providers that take part, and whoever else has confirmed a month, in the order of the agreement. One query with
    `participants` (all of the alliance) given, else two.
    """
    if participants is None:
        participants = everybody(alliance)
    newest = {one.participant_id: one for one in _newest(alliance=alliance.pk)}
    return [
        LastConfirmed(one, newest.get(one.pk))
        for one in participants
        if one.pk in newest or (one.kind == PROVIDER and one.is_active())
    ]


@Question
def _newest(alliance: int):
    rows = OwnBooks.objects.filter(alliance_id=alliance).newest()
    return rows.select_related("words").with_the_book_now()


def months_to_confirm(alliance: Alliance) -> list[Month]:
    """The months of the book that have ended, newest first."""
    first_of_this = Month.containing(timezone.localdate()).start
    found = Period.objects.of(alliance).filter(month__lt=first_of_this).order_by("-month")
    return [one.value for one in found]


def month_to_begin_with(participant: Participant, months: list[Month]) -> Month:
    """The month after the last one that it confirmed, or the newest that has ended."""
    last = OwnBooks.objects.filter(participant=participant).order_by("-month").first()
    after = last and last.period.next
    return after if after in months else months[0]


def in_the_book(participant: Participant, month: Month) -> list[tuple[Category, Decimal]]:
    """What the open book has of its costs in a month, by category; the sum is what it confirms beside its own."""
    rows = Balance.objects.of(participant.alliance_id).costs().filter(participant=participant)
    found = {
        row["account__category"]: row["net"]
        for row in rows.filter(month=month.start).net_by("account__category")
    }
    return [(one, found[one.value]) for one in Category if one.value in found]
