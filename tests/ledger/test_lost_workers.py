"""A worker may be lost anywhere: the return still comes into the book, once."""

from decimal import Decimal

import pytest

from alliance.core.models import Errand
from alliance.core.outbox import Run, do_all_due
from ledger import checking, posting
from ledger.models import Balance, CostReturn, Journal, ReturnLine
from ledger.services import accept_cost_return, submit_cost_return, withdraw_cost_return
from tests.factories.ledger import NOVEMBER, cost, csv_of, make_book, send_return

pytestmark = pytest.mark.django_db
D = Decimal


class Lost(BaseException):
    """Nothing in the application catches this, as nothing catches SIGKILL."""


def due_again() -> None:
    from django.utils import timezone

    Errand.objects.filter(finished_at=None).update(due_at=timezone.now())


def test_a_check_that_is_lost_between_its_pieces_starts_over_and_counts_each_row_once(cast, monkeypatch):
    make_book(cast)
    monkeypatch.setattr(checking, "AT_ONCE", 2)
    monkeypatch.setattr(checking, "AT_A_TIME", 2)
    sent = submit_cost_return(
        participant=cast.haven,
        month=NOVEMBER,
        name="costs.csv",
        content=csv_of([cost(f"{n}.00") for n in range(1, 6)]),
        by=cast.finn,
    )
    steps = []
    whole_step = Run.step

    def until_the_third(self, stage, progress=None):
        steps.append(stage)
        if len(steps) == 3:
            raise Lost
        return whole_step(self, stage, progress)

    with monkeypatch.context() as lost:
        lost.setattr(Run, "step", until_the_third)
        with pytest.raises(Lost):
            do_all_due()
    assert steps == ["Opening the file", "Checking from row 2", "Checking from row 4"]
    assert ReturnLine.objects.filter(cost_return=sent).count() == 2
    due_again()
    do_all_due()
    sent.refresh_from_db()
    assert (sent.status, sent.reading, sent.line_count, sent.lines_total) == ("ready", 2, 5, D("15.00"))


@pytest.mark.parametrize("moment", ["post_return", "digest_of"])
def test_a_posting_that_is_lost_half_way_leaves_nothing_and_comes_once(cast, monkeypatch, moment):
    make_book(cast)
    sent = send_return(cast, [cost("120.00"), cost("80.00")])
    accept_cost_return(cost_return=sent, by=cast.finn)

    def lost(*args, **kwargs):
        raise Lost

    with monkeypatch.context() as patch:
        patch.setattr(posting, moment, lost)
        with pytest.raises(Lost):
            do_all_due()
    assert not Journal.objects.filter(kind="cost_return").exists()
    assert Balance.objects.costs().net() == D("0.00")
    due_again()
    do_all_due()
    do_all_due()
    sent.refresh_from_db()
    assert (sent.status, sent.journal.number) == ("posted", 2)
    assert Journal.objects.filter(kind="cost_return").count() == 1


def test_what_goes_wrong_each_time_is_parked_with_its_trouble_and_can_be_tried_again(
    cast, client_of, monkeypatch
):
    make_book(cast)
    sent = send_return(cast, [cost("120.00")])
    accept_cost_return(cost_return=sent, by=cast.finn)

    def broken(*args, **kwargs):
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(posting, "post_return", broken)
        for _ in range(5):
            due_again()
            do_all_due()
    client, page = client_of(cast.finn), sent.get_absolute_url()
    assert "the disk is full" in client.get(page).content.decode()
    assert client.post(f"{page}another-try/").status_code == 303
    do_all_due()
    assert CostReturn.objects.get().status == "posted"


def test_a_return_that_was_withdrawn_while_it_was_checked_stays_withdrawn(cast):
    make_book(cast)
    sent = submit_cost_return(
        participant=cast.haven, month=NOVEMBER, name="costs.csv", content=csv_of([cost()]), by=cast.finn
    )
    withdraw_cost_return(cost_return=sent, by=cast.finn)
    do_all_due()
    sent.refresh_from_db()
    assert (sent.status, sent.line_count) == ("withdrawn", 0)
