"""Reading in sets is reading the same: lines, problems, notes and questions, whatever the file."""

import csv
import gc
import io
import random
from dataclasses import replace

import pytest

from alliance.core.outbox import do_all_due
from alliance.core.spreadsheets import Table
from ledger import checking, reading_in_sets
from ledger.importing import Reading
from ledger.models import CostReturn, ReturnLine
from ledger.reading_in_sets import LIGATURES, SPACES, InSets
from ledger.services import submit_cost_return
from tests.factories.ledger import NOVEMBER, make_book
from tests.ledger.test_quick_reading import CELLS, HEADINGS, PLAIN

STRANGE = [
    "a, b; c\td|e", 'say "no"', "two\nlines", '"', "\\.", "", "\u00a0x\u2003", "\x1fx\x1f", "toﬅal ToTaL", "ﬆotal",
    "café", "4" * 17, "9999999999.99", "-9999999999.99", "10000000000.00", "٣.٠٠", "1e3", "NaN", "x" * 4_000,
    "a\x00b", "\ufeff12.50", "a\rb", "a\x1ab", "=cmd|' /C calc'!A0", "\\N", "'", "１２.50", "12.50\u200b", "−12.50",
    "(12.50)", "12.50-", "0012.50", ".50", "+1.00", "29/02/2027", "46345", "ſubToTal", "ＴＯＴＡＬ", "İ", "\U0001f642",
]  # fmt: skip


def of(chance: random.Random, rows: int) -> bytes:
    """A file such as programs write; some with a row that only a spreadsheet program would make."""
    out = io.StringIO(newline="")
    writer = csv.writer(
        out,
        delimiter=chance.choice(",,;\t|"),
        lineterminator=chance.choice(["\r\n", "\n"]),
        quoting=chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    )
    more = chance.choice([[], [], ["Note"], [""]])
    writer.writerows([["Costs of November", *[""] * (len(PLAIN) - 1 + len(more))]] * chance.randrange(2))
    writer.writerow([*HEADINGS, *more])
    for _ in range(rows):
        cells = [*PLAIN, *("" for _ in more)]
        if chance.random() < 0.3:
            place = chance.randrange(len(cells))
            known = CELLS[place][:-1] if place < len(CELLS) else ["a note"]
            cells[place] = chance.choice(known if chance.random() < 0.6 else STRANGE)
        writer.writerow(cells if chance.random() < 0.99 else [""] * len(cells))
    text = out.getvalue()
    if chance.random() < 0.3:  # what no writer of CSV writes
        text += chance.choice(
            ["\n", "1,2\n", 'a"b,c\n', 'x,"y"z\n', "\\.\n", "a\rb\n", '"never closed\n', "\x00"]
        )
    if chance.random() < 0.2:
        return text.encode("cp1252", "replace") + chance.choice([b"", b"\x81\n", b"\xe9"])
    return text.encode(chance.choice(["utf-8", "utf-8-sig"]))


def said_of(sent: CostReturn) -> tuple:
    sent.refresh_from_db()
    lines = ReturnLine.objects.filter(cost_return=sent).order_by("row").values_list()
    told = sent.problems.values_list("row", "column", "value", "field", "sentence")
    if any(row is None for row, *_ in told):  # the file itself is broken: nobody asks how far it was read
        return (list(told),)
    return (
        [line[3:] for line in lines],
        list(told),
        sent.notes,
        sent.strange,
        sent.status,
        sent.lines_total,
        sent.tells_pay,
    )


@pytest.fixture
def taken(monkeypatch) -> list[int]:
    """Lines of each piece that was read in sets; pieces are small here, and may be as odd as they like."""
    lines, take = [], InSets.take

    def counted(*args):
        taken = take(*args)
        lines.append(taken.lines)
        return taken

    monkeypatch.setattr(InSets, "take", counted)
    monkeypatch.setattr(checking, "AT_ONCE", 30)
    monkeypatch.setattr(reading_in_sets, "FEWEST", 1)
    monkeypatch.setattr(reading_in_sets, "ODD", 1)
    return lines


@pytest.mark.django_db
def test_whatever_the_file_it_is_read_as_any_is(cast, monkeypatch, taken):
    make_book(cast)
    known = checking._Known.of

    def sent(content: bytes, name: str, by_row: bool) -> tuple:
        participant, by = (cast.haven, cast.finn) if n % 3 else (cast.council, cast.hana)
        found = submit_cost_return(
            participant=participant, month=NOVEMBER, name="costs.csv", content=content, reference=name, by=by
        )
        with monkeypatch.context() as patch:
            mends = {"": {row: {"amount": "7.00"} for row in range(2, 90, 11)}} if n % 4 == 0 else {}
            patch.setattr(checking._Known, "of", lambda sent: replace(known(sent), fixes=mends))
            if by_row:
                patch.setattr(InSets, "pieces", lambda *_: iter(()))
            do_all_due()
        return said_of(found)

    for n in range(36):
        content = of(random.Random(n), rows=random.Random(n).choice([3, 30, 95]))
        in_sets, by_row = sent(content, f"{n} in sets", False), sent(content, f"{n} by row", True)
        assert in_sets == by_row, n
    assert sum(taken) > 500  # so many lines of what was compared were not read by row


def test_what_python_strips_and_what_it_folds_is_known():
    assert set(SPACES) == {one for one in map(chr, range(0x110000)) if one.isspace()}
    folds = {one for one in map(chr, range(128, 0x110000)) if not {*"total"}.isdisjoint(one.casefold())}
    assert set(LIGATURES) == folds


@pytest.mark.django_db
def test_a_file_that_was_read_does_not_stay_in_memory(cast):
    """Not until rubbish is collected either: a worker reads hundreds between two collections."""

    def held() -> set[int]:
        return {id(one) for one in gc.get_objects() if issubclass(type(one), (Reading, InSets, Table))}

    make_book(cast)
    gc.collect()
    gc.disable()
    before = held()
    try:
        submit_cost_return(
            participant=cast.haven,
            month=NOVEMBER,
            name="costs.csv",
            content=of(random.Random(1), rows=95),
            by=cast.finn,
        )
        do_all_due()
        assert held() <= before
    finally:
        gc.enable()
