"""Where the lines of cost are found: a table beside the entries, in place of four indexes on them (ADR 30)."""

from django.db import models
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.db.models.sql.where import AND, WhereNode

from ledger.models.account import Account
from ledger.models.budget import BudgetLine
from ledger.models.journal import Entry, Journal
from ledger.querysets import STRETCH, StretchQuerySet


class ItsEntries(models.ForeignObject):
    """The entries of a stretch: what joins them is more than equal columns, and many belong to one."""

    def get_extra_restriction(self, alias, related_alias):
        line = Entry._meta.get_field("line").get_col(alias)
        begins = self.model._meta.get_field("begins").get_col(related_alias)
        return WhereNode([GreaterThanOrEqual(line, begins), LessThan(line, begins + STRETCH)], AND)

    def _check_unique_target(self):
        return []


def _of(model) -> models.ForeignKey:
    return models.ForeignKey(
        model, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )


class Stretch(models.Model):
    """An account, a participant and a budget line that have costs among `STRETCH` lines of a journal, from `begins`.

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
    entries = ItsEntries(
        Entry,
        on_delete=models.DO_NOTHING,
        from_fields=["alliance", "journal", "account", "participant", "budget_line"],
        to_fields=["alliance", "journal", "account", "participant", "budget_line"],
        related_name="+",
    )

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
