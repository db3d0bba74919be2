"""The chart of accounts (ledger/chart.py), and the kinds of cost."""

from django.db import models
from django.db.models import Q

from alliance.core.models import OfAlliance


class Category(models.TextChoices):
    """What kind of cost it is (rule 28)."""

    DIRECT_STAFF = "direct_staff", "Direct staff"
    DIRECT_OTHER = "direct_other", "Direct other"
    SUBCONTRACT = "subcontract", "Subcontract"
    OVERHEAD = "overhead", "Overhead"
    IRRECOVERABLE_VAT = "irrecoverable_vat", "Irrecoverable VAT"
    MARGIN = "margin", "Margin"
    CONTINGENCY = "contingency", "Contingency"
    DISALLOWED = "disallowed", "Disallowed"

    @property
    def means(self) -> str:
        """What belongs to it, in a sentence for whoever has to choose."""
        return MEANS[self]


MEANS = {
    Category.DIRECT_STAFF: "Pay of those who do the work, with the employer’s costs: by grade, never by name.",
    Category.DIRECT_OTHER: "What the work itself uses, other than pay: rooms, travel, food, equipment.",
    Category.SUBCONTRACT: "What another organisation is paid to do a part of the work.",
    Category.OVERHEAD: "A part of what the organisation needs anyway: premises, central functions, governance.",
    Category.IRRECOVERABLE_VAT: "VAT that its payer cannot get back. What can be got back is no cost.",
    Category.MARGIN: "What the agreement allows above cost.",
    Category.CONTINGENCY: "What was met from the sum kept for the unforeseen.",
    Category.DISALLOWED: "What the agreement does not count: whoever spent it bears it alone.",
}


class Account(OfAlliance):
    """One heading of the chart of accounts (ledger/chart.py): what an entry is about, in the accountants' way."""

    class Kind(models.TextChoices):
        BANK = "bank", "Money in the pool"
        DUE = "due", "Contributions due"
        PREPAID = "prepaid", "Prepaid costs"
        OWED = "owed", "Owed to participants"
        ACCRUED = "accrued", "Accrued costs"
        CONTRIBUTIONS = "contributions", "Contributions"
        TRANSFERRED = "transferred", "Transferred out of the pool"
        COST = "cost", "Costs"

    code = models.CharField(max_length=10)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    category = models.CharField(max_length=20, choices=Category.choices, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "code"], name="account_has_its_own_code"),
            models.UniqueConstraint(
                fields=["alliance", "category"], condition=~Q(category=""), name="category_has_one_account"
            ),
            models.CheckConstraint(
                condition=Q(kind="cost") & ~Q(category="") | ~Q(kind="cost") & Q(category=""),
                name="cost_accounts_and_no_others_have_a_category",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
