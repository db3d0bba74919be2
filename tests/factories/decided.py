"""What decisions do to the book, for tests: the terms as the forms write them, and the seal."""

from decimal import Decimal

from alliance.core.uploads import Upload
from decisions.models import Decision
from ledger import services
from ledger.models import Accrual, Budget, BudgetLine, Category, Transfer
from tests.factories.effects import carry_out
from tests.factories.ledger import NOVEMBER

EVIDENCE = Upload("order.pdf", b"%PDF-1.4 an order", "application/pdf")


def line_of(budget: Budget, name: str) -> BudgetLine:
    return budget.lines.as_now().get(name=name)


def virement_terms(budget: Budget, **moves: str) -> dict:
    """`virement_terms(budget, housing_first="-500.00", street_outreach="500.00")`."""
    lines = {one.slug: one for one in budget.lines.all()}
    chosen = [(lines[name.replace("_", "-")], amount) for name, amount in moves.items()]
    return {
        "budget": budget.pk,
        "budget_name": budget.year.label,
        "lines": [line.pk for line, _ in chosen],
        "line_names": [line.name for line, _ in chosen],
        "amounts": [amount for _, amount in chosen],
    }


def vire(budget: Budget, **moves: str) -> Decision:
    return carry_out(budget.alliance, "virement", **virement_terms(budget, **moves))


def vary(budget: Budget, contributions: dict, **moves: str) -> Decision:
    """`contributions` is {participant: amount as text}."""
    return carry_out(
        budget.alliance,
        "variation",
        **virement_terms(budget, **moves),
        participants=[one.pk for one in contributions],
        participant_names=[one.name for one in contributions],
        contributions=list(contributions.values()),
    )


def agree_share(budget: Budget, split: dict, **changes: str) -> Decision:
    """Rule 38's worked example unless told otherwise; `split` is {participant: weight as text}."""
    terms = {
        "target": "2400000.00",
        "neutral_band": "2",
        "gain_share": "40",
        "pain_share": "60",
        "gain_cap": "5",
        "pain_cap": "1.5",
    } | changes
    return carry_out(
        budget.alliance,
        "share_terms",
        budget=budget.pk,
        budget_name=budget.year.label,
        participants=[one.pk for one in split],
        participant_names=[one.name for one in split],
        weights=list(split.values()),
        **terms,
    )


def transfer(
    participant, amount: str = "2500.00", purpose: str = "Winter reserve of the shelter"
) -> Decision:
    return carry_out(
        participant.alliance, "transfer", participant=participant, amount=amount, purpose=purpose
    )


def agreed_transfer(participant, **terms) -> Transfer:
    return Transfer.objects.get(decision=transfer(participant, **terms))


def accrue(cast, evidence: Upload | None = EVIDENCE, **changes) -> Accrual:
    """Haven's finance lead accrues 1,200.00 for November, on its first budget line."""
    given = {
        "participant": cast.haven,
        "month": NOVEMBER,
        "category": Category.DIRECT_OTHER,
        "budget_line": BudgetLine.objects.filter(alliance=cast.alliance).order_by("place").first(),
        "amount": Decimal("1200.00"),
        "reason": "The agency's invoice for November has not come.",
        "evidence": evidence,
        "by": cast.finn,
    } | changes
    return services.accrue(**given)


def restate(participant, line: BudgetLine, month, category: str, original: str, restated: str) -> Decision:
    return carry_out(
        participant.alliance,
        "restatement",
        participant=participant,
        budget_line=line,
        month=month.start,
        category=category,
        original=original,
        restated=restated,
    )


def year_terms(cast, starts_on: str = "2027-04-01", **changes) -> dict:
    """The year 2027–28 as the council and Haven fund it; 10,000.00 is brought forward."""
    return {
        "year": "2027–28",
        "starts_on": starts_on,
        "participants": [cast.council.pk, cast.haven.pk],
        "participant_names": [cast.council.name, cast.haven.name],
        "contributions": ["300000.00", "90000.00"],
        "lines": ["Housing first", "Street outreach"],
        "amounts": ["250000.00", "140000.00"],
        "contingency": "10000.00",
        "brought_forward": "10000.00",
    } | changes
