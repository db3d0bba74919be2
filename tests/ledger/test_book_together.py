"""Two who do the same do it once; of two who contradict each other one is told, in words, and nothing is half-done.

`RACES=500 pytest tests/ledger/test_book_together.py` lets each two meet ten times; `make soak` does too.
"""

from contextlib import suppress
from decimal import Decimal

import pytest

from decisions.services import draft_successor, open_proposal
from ledger import services
from ledger.models import Balance
from tests.factories.decided import agreed_transfer, line_of, virement_terms
from tests.factories.ledger import NOVEMBER, OCTOBER, ask, csv_of, entry_of
from tests.factories.ledger_stage import do_errands_of_the_book
from tests.factories.racing_book import ROUNDS, Book, came_to, timed

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal

# Each gives two acts and is told what came of them.


def the_same_file_is_sent_twice(book):
    facts = {"content": csv_of(book.rows(NOVEMBER.start)), "reference": f"part {next(book.numbers)}"}
    one, other = yield [book.sends(**facts)] * 2
    assert one == other


def two_files_are_sent_under_one_reference(book):
    facts = {"reference": f"part {next(book.numbers)}"}
    sent = yield [book.sends(content=csv_of(book.rows(NOVEMBER.start)), **facts) for _ in range(2)]
    for one in sent:
        one.refresh_from_db()
    assert sorted(one.status for one in sent) == ["checking", "replaced"]


def a_contribution_arrives_twice(book):
    one, other = yield [book.receives("5.00", f"BACS {next(book.numbers)}")] * 2
    assert one == other


def a_contribution_is_told_with_two_figures(book):
    reference = f"BACS {next(book.numbers)}"
    met = yield [book.receives(amount, reference) for amount in ("5.00", "6.00")]
    assert sum(came_to(one, "with other figures (rule 43)") for one in met) == 1


def a_cost_is_accrued_twice(book):
    facts = timed(book, book.november)
    one, other = yield [lambda: services.accrue(**facts)] * 2
    assert one == other


def nothing_is_said_to_be_spent_while_a_file_is_sent(book):
    month = next(book.periods).value
    who = {"participant": book.cast.beacon, "month": month, "by": book.cast.rosa}
    sends = book.sends(content=csv_of(book.rows(month.start)), **who)
    nil, sent = yield lambda: services.state_nothing_spent(**who), sends
    if came_to(nil, "were sent: return"):
        nil.refresh_from_db()
        assert (nil.status, nil.replaced_by) == ("replaced", sent)


def a_return_is_withdrawn_while_it_is_confirmed(book):
    ready = book.ready(NOVEMBER.start)
    met = yield [
        lambda: services.withdraw_cost_return(cost_return=ready, by=book.cast.finn),
        lambda: services.accept_cost_return(cost_return=ready, by=book.cast.finn),
    ]
    assert sum(came_to(one, "so that is no longer possible") for one in met) == 1


def a_return_is_withdrawn_while_its_participant_states_its_vat(book):
    ready, n = book.ready(NOVEMBER.start), next(book.numbers)
    stated = {
        "participant": book.cast.haven,
        "recovers": "none",
        "since": NOVEMBER.start,
        "by": book.cast.finn,
    }
    withdrawn, _ = yield [
        lambda: services.withdraw_cost_return(cost_return=ready, by=book.cast.finn),
        lambda: services.state_vat(**stated, basis=f"Section {n}."),
    ]
    assert withdrawn.status == "withdrawn"


def what_waits_under_a_reference_is_read_while_that_is_reversed(book):
    posted = book.posted(NOVEMBER.start)
    waits = book.sends(content=csv_of(book.rows(NOVEMBER.start)), reference=posted.reference)()
    yield do_errands_of_the_book, book.reverses(posted)
    do_errands_of_the_book()
    waits.refresh_from_db()
    assert waits.status == "ready"


def another_file_comes_while_what_it_waits_for_is_reversed(book):
    posted = book.posted(NOVEMBER.start)
    waits = book.ready(NOVEMBER.start, reference=posted.reference)
    assert waits.status == "attention"
    _, last = yield (
        book.reverses(posted),
        book.sends(content=csv_of(book.rows(NOVEMBER.start)), reference=posted.reference),
    )
    do_errands_of_the_book()
    last.refresh_from_db()
    assert last.status == "ready"


def a_line_is_corrected_twice(book):
    entry = entry_of(book.posted(NOVEMBER.start))
    met = yield [book.corrects(entry, amount) for amount in ("0.10", "0.20")]
    assert sum(came_to(one, "Correct the line there") for one in met) == 1


def a_line_is_corrected_while_its_journal_is_reversed(book):
    posted = book.posted(NOVEMBER.start)
    corrected, reversed_ = yield book.corrects(entry_of(posted), "0.10"), book.reverses(posted)
    done = (
        came_to(corrected, "there is nothing left to correct"),
        came_to(reversed_, "Reverse that one first"),
    )
    assert sum(done) == 1


def a_query_is_answered_while_it_is_withdrawn(book):
    query = ask(book.posted(NOVEMBER.start), book.cast.beacon, book.cast.rosa)
    answered, withdrawn = yield [
        lambda: services.answer_query(query=query, words="The stairs.", by=book.cast.finn),
        lambda: services.withdraw_query(query=query, by=book.cast.rosa),
    ]
    came_to(answered, "is withdrawn, so that")
    assert came_to(withdrawn, "")


def own_books_are_confirmed_while_costs_are_posted(book):
    ready = book.ready(OCTOBER.start)
    accepted = services.accept_cost_return(cost_return=ready, by=book.cast.finn)
    facts = {"participant": book.cast.haven, "month": OCTOBER, "own": D("1.00"), "by": book.cast.finn}
    confirmed, _ = yield [
        lambda: services.confirm_own_books(words=f"Ours, {ready.number}.", **facts),
        lambda: services.post_cost_return(cost_return=accepted),
    ]
    costs = Balance.objects.of(book.alliance).filter(participant=book.cast.haven, month=OCTOBER.start).costs()
    assert costs.net() - confirmed.book in (D("0.00"), ready.lines_total)


def two_virements_empty_one_line(book):
    line = line_of(book.now, "Peer support")
    terms = virement_terms(book.now, peer_support=format(-line.now, "f"), housing_first=format(line.now, "f"))
    met = yield [book.last_answer("virement", **terms) for _ in range(2)]
    assert sum(came_to(one, "Peer support has £0.00") for one in met) == 1
    back = {"peer_support": format(line.now, "f"), "housing_first": format(-line.now, "f")}
    book.last_answer("virement", **virement_terms(book.now, **back))()


def a_transfer_is_paid_while_another_decision_takes_its_place(book):
    agreed = agreed_transfer(book.cast.beacon, amount="2.00")
    successor = draft_successor(decision=agreed.decision, participant=book.cast.haven, by=book.cast.pat)
    seals = book.to_seal(open_proposal(proposal=successor, by=book.cast.pat))
    paid, sealed = yield (
        lambda: services.pay_transfer(
            transfer=agreed, on=NOVEMBER.start, reference="BACS", by=book.cast.hana
        ),
        seals,
    )
    came_to(paid, "is not in effect")
    assert came_to(sealed, "")


TOGETHER = [
    the_same_file_is_sent_twice,
    two_files_are_sent_under_one_reference,
    a_contribution_arrives_twice,
    a_contribution_is_told_with_two_figures,
    a_cost_is_accrued_twice,
    nothing_is_said_to_be_spent_while_a_file_is_sent,
    a_return_is_withdrawn_while_it_is_confirmed,
    a_return_is_withdrawn_while_its_participant_states_its_vat,
    what_waits_under_a_reference_is_read_while_that_is_reversed,
    another_file_comes_while_what_it_waits_for_is_reversed,
    a_line_is_corrected_twice,
    a_line_is_corrected_while_its_journal_is_reversed,
    a_query_is_answered_while_it_is_withdrawn,
    own_books_are_confirmed_while_costs_are_posted,
    two_virements_empty_one_line,
    a_transfer_is_paid_while_another_decision_takes_its_place,
]


def test_two_who_do_the_same_do_it_once_and_two_who_contradict_each_other_are_told(cast):
    book = Book(cast, years=1 + ROUNDS // 12)
    for turn in range(ROUNDS):
        for place, together in enumerate(TOGETHER, turn):
            story = together(book)
            one, other = next(story)
            with suppress(StopIteration):
                story.send(book.meet(together.__name__, one, other, place))
            do_errands_of_the_book()
    book.adds_up()


def test_wherever_a_payment_stops_a_seal_in_the_place_of_its_decision_waits_or_is_there(cast):
    """It asked whether the decision is in effect, and did not keep it so: a soak found it."""
    book = Book(cast, years=1)
    for place in range(8 + ROUNDS):
        story = a_transfer_is_paid_while_another_decision_takes_its_place(book)
        one, other = next(story)
        with suppress(StopIteration):
            story.send(book.meet("wherever a payment stops", one, other, place))
    book.adds_up()
