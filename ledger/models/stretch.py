"""Where the lines of cost are found: a table beside the entries, in place of four indexes on them (ADR 30)."""

from django.db import models

from ledger.models.account import Account
from ledger.models.budget import BudgetLine
from ledger.models.journal import Journal
from ledger.querysets import StretchQuerySet


def _of(model) -> models.ForeignKey:
    return models.ForeignKey(
        model, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )


class Stretch(models.Model):
    """An account, a participant and a budget line that have costs among 256 lines of a journal, from `begins`.

    Written by the trigger that folds entries into balances, with them; never by hand.
    """

    pk = models.CompositePrimaryKey(
        *("alliance_id", "account_id", "month", "journal_id", "begins", "participant_id", "budget_line_id")
    )
    alliance = _of("participants.Alliance")
    account = _of(Account)
    month = models.DateField()
    journal = _of(Journal)
    begins = models.IntegerField()
    participant = _of("participants.Participant")
    budget_line = _of(BudgetLine)

    objects = StretchQuerySet.as_manager()

    class Meta:
        # With the key, the four ways into a statement; each is read backwards, newest first.
        indexes = [
            models.Index(
                fields=["alliance", "participant", "month", "journal", "begins"],
                name="stretch_by_participant",
            ),
            models.Index(
                fields=["alliance", "budget_line", "month", "journal", "begins"],
                name="stretch_by_budget_line",
            ),
            models.Index(fields=["alliance", "month", "journal", "begins"], name="stretch_by_month"),
        ]
