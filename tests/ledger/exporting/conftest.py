"""A book with something of everything in it, to be taken out."""

from datetime import date
from decimal import Decimal
from unittest.mock import patch

import pytest

from ledger.models import Budget, Category
from ledger.services import accrue, receive_contribution, reverse_journal
from tests.conftest import find_cast
from tests.factories.ledger import OCTOBER, cost, make_book, post_return
from tests.ledger.conftest import TODAY

D = Decimal
STRANGE = [
    cost("12.50", supplier='"; date:2020-99-99, [2021-13-01] {12 GBP}"', what='"Say ""hello"", key:: 1/0"'),
    cost("7.25", supplier="(virtual)", what="* ! = @ 5 GBP ; note", reference="a|b"),
    cost("-3.10", supplier="Smith: Sons", what="Back at 10:30 | :tag:", reference="\\end"),
    cost("1.00", supplier="Zoë Ünïcode 🙂", what="=SUM(A1)", reference="+44"),
]


@pytest.fixture(scope="session")
def stages():
    return {"book": furnish}


@pytest.fixture
def book(on_stage, cast) -> Budget:
    return Budget.objects.get(pk=on_stage)


@patch("django.utils.timezone.now", lambda: TODAY)
def furnish() -> int:
    """Two months of two providers, with money in, an accrual, a reversal, a correction, a close, and strange words."""
    cast = find_cast()
    budget = make_book(cast)
    line = budget.lines.get(slug="housing-first")
    receive_contribution(
        contribution=budget.contributions.get(participant=cast.council),
        amount=D("150000.00"),
        on=date(2026, 10, 5),
        reference="BACS 1",
        by=cast.hana,
    )
    post_return(
        cast,
        [cost("1200.10", day="05/10/2026"), cost("300.33", day="06/10/2026", line="Peer support")],
        OCTOBER,
    )
    wrong = post_return(
        cast, [cost("999.99", day="07/10/2026")], OCTOBER, participant=cast.beacon, by=cast.rosa
    )
    reverse_journal(journal=wrong.journal, reason="Not ours.", by=cast.rosa)
    post_return(cast, STRANGE)
    accrue(
        participant=cast.haven,
        category=Category.DIRECT_OTHER,
        budget_line=line,
        month=OCTOBER,
        amount=D("44.44"),
        reason="The bill is late.",
        by=cast.finn,
    )
    return budget.pk
