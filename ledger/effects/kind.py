"""What the kinds of the book share."""

from alliance.core.periods import Month
from decisions.effects import Kind
from ledger import posting
from participants.models import Alliance, User


class OfBook(Kind):
    """What the kinds of the book share: they hold the fund before the record's head (ledger-and-record.md)."""

    def hold(self, alliance: Alliance, terms: dict) -> None:
        """The month that it may post to first, then the fund, in the order of every posting."""
        if month := self.posts_from(alliance, terms):
            posting.hold_first_open(alliance.pk, from_month=month)
        posting.hold_fund(alliance.pk)

    def posts_from(self, alliance: Alliance, terms: dict) -> Month | None:
        """It posts in the first open month from this one on."""
        return None


class AtFounding(OfBook):
    """What the founders enter as they signed it, before the first proposal; later a decision carries it out."""

    def agree(self, alliance: Alliance, terms: dict, *, decision=None, by: User) -> None:
        """Make it hold: by the decision, or by the founders where there is none yet."""
        raise NotImplementedError

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        self.agree(decision.alliance, terms, decision=decision, by=by)
