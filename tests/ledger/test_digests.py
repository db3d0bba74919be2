"""What the record says of a posting's lines and of a return's is what anybody works out from them, in plain Python."""

from decimal import Decimal
from hashlib import sha256

import pytest
from django.db import connection

from alliance.core.models import Event
from alliance.core.refusals import NotPossible
from ledger import posting
from ledger.models import CostReturn, Entry, ReturnLine
from ledger.services import accept_cost_return
from tests.factories.ledger import cost, make_book, post_return, send_return

pytestmark = pytest.mark.django_db
AWKWARD = [
    cost("-12.00", what="5|5|5", supplier="Café Ñandú"),
    cost(what='"a ""quoted"" one, with 1|2"', reference="0|0"),
    cost("0.01", supplier="", what="back\\slash"),
]


def in_bytes(text: str) -> int:
    return len(text.encode())


def of_journal(journal) -> str:
    """sql/digests.sql, once more."""
    lines = [
        f"{one.line}|{one.account_id}|{one.participant_id}|{one.budget_line_id or 0}|{one.month}|{one.amount}"
        f"|{one.date}|{one.source_row or 0}|{in_bytes(one.supplier)}|{in_bytes(one.description)}|"
        f"{in_bytes(one.reference)}|{one.supplier}|{one.description}|{one.reference}"
        for one in Entry.objects.filter(alliance=journal.alliance_id, journal=journal).order_by("line")
    ]
    blocks = ["\n".join(lines[first : first + 10_000]) for first in range(0, len(lines), 10_000)]
    return "2:" + sha256(b"".join(sha256(block.encode()).digest() for block in blocks)).hexdigest()


def of_reading(cost_return: CostReturn) -> str:
    lines = (
        f"{one.account_id}|{one.budget_line_id}|{one.amount}|{one.date}|{in_bytes(one.supplier)}"
        f"|{in_bytes(one.description)}|{in_bytes(one.reference)}|{in_bytes(one.evidence)}"
        f"|{one.supplier}|{one.description}|{one.reference}|{one.evidence}"
        for one in ReturnLine.objects.filter(
            alliance=cost_return.alliance_id, cost_return=cost_return, reading=cost_return.reading
        ).order_by("row")
    )
    return "2:" + sha256("\n".join(lines).encode()).hexdigest()


@pytest.mark.parametrize("rows", [[cost()], AWKWARD, [cost("0.01")] * 10_001], ids=["one", "awkward", "many"])
def test_the_record_tells_what_the_lines_come_to(cast, rows):
    make_book(cast)
    posted = post_return(cast, rows)
    told = Event.objects.get(kind="ledger.return_posted").facts
    assert (told["digest"], told["lines_hash"]) == (of_journal(posted.journal), of_reading(posted))
    assert (posted.journal.input_hash, posted.line_count) == (told["lines_hash"], len(rows))


def test_a_days_way_of_being_written_changes_no_digest(cast):
    make_book(cast)
    posted = post_return(cast, [cost()])
    journal = posted.journal
    with connection.cursor() as cursor:
        cursor.execute("set local datestyle = 'SQL, DMY'")
    said = posting.digest_of(journal), posting.said_by(posted, posted.reading)
    with connection.cursor() as cursor:
        cursor.execute("set local datestyle = 'ISO, DMY'")
    assert said == (of_journal(journal), (posted.reading, 1, Decimal("120.00"), of_reading(posted)))


@pytest.fixture
def as_before(monkeypatch):
    """Returns are read as they were when there was one form; call what it gives to read them as now."""
    now = posting.said_by

    def of_the_first_form(cost_return, reading):
        key = [cost_return.alliance_id, cost_return.pk, reading]
        with connection.cursor() as cursor:
            cursor.execute("select ledger_reading_digest(%s, %s, %s)", key)
            return now(cost_return, reading)._replace(digest=cursor.fetchone()[0])

    monkeypatch.setattr(posting, "said_by", of_the_first_form)
    return lambda: monkeypatch.setattr(posting, "said_by", now)


def test_lines_that_came_before_there_was_a_second_form_are_known_again(cast, as_before):
    make_book(cast)
    before = post_return(cast, AWKWARD)
    as_before()
    again, other = (
        send_return(cast, rows, reference=name) for rows, name in ((AWKWARD, "again"), ([cost()], "other"))
    )
    assert len(before.lines_hash) == 64
    assert [(one.status, one.same_as) for one in (again, other)] == [("known", before), ("ready", None)]


def test_lines_read_before_and_confirmed_after_are_known_again(cast, as_before):
    make_book(cast)
    first = send_return(cast, AWKWARD, reference="first")
    as_before()
    second = post_return(cast, AWKWARD, reference="second")
    with pytest.raises(NotPossible, match=f"they came with return {second.number}"):
        accept_cost_return(cost_return=first, by=cast.finn)
    assert (len(first.lines_hash), len(second.lines_hash)) == (64, 66)
