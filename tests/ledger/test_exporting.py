"""What is taken out of the book: other programs open it, and find the same balances to the penny."""

import csv
import io
import re
import subprocess
from collections import defaultdict
from datetime import date
from decimal import Decimal
from unittest.mock import patch

import openpyxl
import pytest
from beancount import loader
from beancount.core import data as beans
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from alliance.core.models import Event
from alliance.core.periods import Month, Quarter
from alliance.core.refusals import Refusal
from ledger.exporting import persons, reading, spend, tables
from ledger.exporting.plain_text import DIALECTS, Names, accounting_journal
from ledger.models import Balance, BookExport, Budget, Category, Entry, Journal, SupplierMark
from ledger.services import (
    accrue,
    close_period,
    correct_line,
    export_book,
    mark_supplier,
    receive_contribution,
    reverse_journal,
)
from tests.conftest import find_cast
from tests.factories.ledger import NOVEMBER, OCTOBER, YEAR, cost, make_book, period_of, post_return
from tests.ledger.conftest import TODAY

pytestmark = pytest.mark.django_db
D = Decimal
QUARTER = Quarter.containing(NOVEMBER.start)
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


def text_of(cast, dialect: str, span=None, **kwargs) -> str:
    return "".join(accounting_journal(cast.alliance, dialect, span, **kwargs))


def balances_of(cast, dialect: str) -> dict[str, D]:
    """What the application keeps, by the name that the dialect gives it."""
    names, sums = Names.of(cast.alliance, DIALECTS[dialect]), defaultdict(D)
    for row in Balance.objects.of(cast.alliance).net_by("account", "budget_line", "participant"):
        sums[names((row["account"], row["budget_line"], row["participant"]))] += row["net"]
    return {name: amount for name, amount in sums.items() if amount}


def opened_by_beancount(text: str) -> tuple[list, list, dict[str, D]]:
    entries, errors, _ = loader.load_string(text)
    sums = defaultdict(D)
    for entry in entries:
        for posting in getattr(entry, "postings", []):
            sums[posting.account] += posting.units.number
    return entries, errors, {name: amount for name, amount in sums.items() if amount}


# ── For accounting programs ──────────────────────────────────────────────────


def test_beancount_opens_the_book_without_error_and_has_every_balance_to_the_penny(cast, book):
    entries, errors, sums = opened_by_beancount(text_of(cast, "beancount"))
    assert errors == []
    assert sums == balances_of(cast, "beancount")
    assert sums["Costs:Direct-staff:Housing-first:Haven"] == D("1217.75")  # 1,200.10 and the strange ones
    transactions = [one for one in entries if isinstance(one, beans.Transaction)]
    assert len(transactions) == Journal.objects.of(cast.alliance).count()
    assert sum(len(one.postings) for one in transactions) == Entry.objects.of(cast.alliance).count()


def test_beancount_finds_a_penny_that_was_moved(cast, book):
    """The assertions are the application's balances, not sums of the file's own lines."""
    text = text_of(cast, "beancount")
    moved = text.replace("  1200.10 GBP", "  1200.09 GBP").replace("  -1500.43 GBP", "  -1500.42 GBP", 1)
    assert moved != text
    assert any("Balance failed" in one.message for one in opened_by_beancount(moved)[1])


def test_beancount_keeps_strange_words_as_they_are(cast, book):
    entries, _, _ = opened_by_beancount(text_of(cast, "beancount"))
    metas = [posting.meta for one in entries for posting in getattr(one, "postings", [])]
    suppliers = {meta["supplier"] for meta in metas if "supplier" in meta}
    assert {"; date:2020-99-99, [2021-13-01] {12 GBP}", "(virtual)", "Zoë Ünïcode 🙂"} <= suppliers
    assert 'Say "hello", key:: 1/0' in {meta.get("for") for meta in metas}


@pytest.mark.parametrize("span", [YEAR, OCTOBER, NOVEMBER], ids=str)
def test_a_span_begins_with_what_the_pool_held_and_has_that_spans_costs(cast, book, span):
    _, errors, sums = opened_by_beancount(text_of(cast, "beancount", span))
    assert errors == []
    spent = sum(amount for name, amount in sums.items() if name.startswith("Costs:"))
    assert spent == Balance.objects.of(cast.alliance).costs().within(span).net()
    kept = balances_of(cast, "beancount")
    if span != OCTOBER:  # all that was posted is up to the span's end
        assert sums["Assets:Money-in-the-pool:Council"] == kept["Assets:Money-in-the-pool:Council"]
        assert sums.get("Liabilities:Owed-to-participants-for-their-costs:Haven") == kept.get(
            "Liabilities:Owed-to-participants-for-their-costs:Haven"
        )
    assert sum(sums.values()) == 0


def own_reading(text: str) -> tuple[dict[str, D], list[str]]:
    """The least that hledger and Ledger share, read strictly: what does not fit is an error, and so is an assertion
    that fails. In the order of the file, as Ledger reads."""
    sums, wrong, declared, of_one = defaultdict(D), [], set(), []

    def end():
        if of_one and sum(of_one):
            wrong.append(f"does not balance before line {number}")
        of_one.clear()

    for number, line in enumerate(text.splitlines(), 1):
        if found := re.fullmatch(r"    (\S+(?: \S+)*)  (-?\d+\.\d\d) GBP(?: = (-?\d+\.\d\d) GBP)?", line):
            account, amount, asserted = found[1], D(found[2]), found[3]
            sums[account] += amount
            of_one.append(amount)
            if account not in declared:
                wrong.append(f"line {number}: {account} is not declared")
            if asserted and sums[account] != D(asserted):
                wrong.append(f"line {number}: {account} is {sums[account]}, not {asserted}")
        elif found := re.fullmatch(r"    ; (\w+): (.+)", line):
            if re.search(r"[:;\[\]|]", found[2]):
                wrong.append(f"line {number}: a fact could be read as something else")
        elif re.fullmatch(r"\d{4}-\d\d-\d\d (\(\d+\) )?[^*!=;(|:\s][^;|:]*", line):
            end()
        elif line.startswith("account "):
            declared.add(line.removeprefix("account "))
        elif line and not re.fullmatch(
            r"; .*|commodity GBP|    format 1000\.00 GBP|tag (kind|posted|new|day|supplier|for|ref|row)", line
        ):
            wrong.append(f"line {number}: {line}")
    end()
    return {name: amount for name, amount in sums.items() if amount}, wrong


def test_the_other_file_keeps_to_what_hledger_and_ledger_share(cast, book):
    sums, wrong = own_reading(text_of(cast, "hledger"))
    assert wrong == []
    assert sums == balances_of(cast, "hledger")
    assert "Costs:Direct staff:Housing first:Haven" in sums
    assert own_reading(text_of(cast, "hledger").replace("1200.10 GBP", "1200.11 GBP", 1))[1]


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def _pounds(said: str) -> D:
    return D(said.replace("GBP", "").replace(",", "").strip() or "0")


@pytest.mark.parametrize("span", [None, NOVEMBER], ids=str)
def test_hledger_opens_it_strictly_with_the_same_balances(cast, book, tmp_path, span):
    file = tmp_path / "book.journal"
    file.write_text(text_of(cast, "hledger", span))
    _run("hledger", "-f", str(file), "check", "--strict", "ordereddates")
    rows = csv.reader(io.StringIO(_run("hledger", "-f", str(file), "balance", "--flat", "-O", "csv")))
    sums = {name: _pounds(amount) for name, amount in rows if ":" in name}
    assert sums == (balances_of(cast, "hledger") if span is None else own_reading(file.read_text())[0])
    file.write_text(file.read_text().replace(" 12.50 GBP", " 12.49 GBP", 1))
    with pytest.raises(subprocess.CalledProcessError):
        _run("hledger", "-f", str(file), "check", "--strict")


@pytest.mark.parametrize("span", [None, NOVEMBER], ids=str)
def test_ledger_opens_it_pedantically_with_the_same_balances(cast, book, tmp_path, span):
    file = tmp_path / "book.journal"
    file.write_text(text_of(cast, "hledger", span))
    said = _run(
        *("ledger", "-f", str(file), "--pedantic", "balance", "--flat", "--no-total"),
        *("--balance-format", "%(account)\t%(display_total)\n"),
    )
    rows = (line.split("\t") for line in said.splitlines())
    sums = {name: _pounds(amount) for name, amount in rows if ":" in name}
    assert sums == (balances_of(cast, "hledger") if span is None else own_reading(file.read_text())[0])


def test_two_that_would_have_one_name_are_told_apart(cast, book):
    type(cast.beacon).objects.filter(pk=cast.beacon.pk).update(short_name="Ha:ven")
    type(cast.haven).objects.filter(pk=cast.haven.pk).update(short_name="ha ven")
    for dialect in DIALECTS:
        names = Names.of(cast.alliance, DIALECTS[dialect])
        assert len({name.casefold() for name in names.participants.values()}) == 3
    assert opened_by_beancount(text_of(cast, "beancount"))[1] == []


def test_a_book_larger_than_a_page_is_read_whole(cast, book, monkeypatch):
    whole = text_of(cast, "hledger")
    monkeypatch.setattr(reading, "A_PAGE", 2)
    monkeypatch.setattr(tables, "A_PAGE", 2)
    assert text_of(cast, "hledger") == whole


def test_an_empty_book_is_an_empty_journal(cast):
    for dialect in DIALECTS:
        assert "Nothing is posted yet." in text_of(cast, dialect)
    assert opened_by_beancount(text_of(cast, "beancount"))[1] == []


# ── Taken along, and what came since ─────────────────────────────────────────


@pytest.fixture
def url(cast):
    return lambda name: reverse(f"ledger:{name}", args=[cast.alliance.slug])


def read(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_what_came_since_my_last_export_is_marked_for_me_alone(cast, book, client_of, url):
    asked = {"program": "beancount", "span": "all"}
    first = read(client_of(cast.ari).post(url("accounts_file"), asked)).decode()
    assert "since your last export" not in first
    last = Journal.objects.of(cast.alliance).order_by("-number").first().number
    export = BookExport.objects.get()
    assert (export.last_journal, export.exported_by, export.kind) == (last, cast.ari, "accounts")
    event = Event.objects.newest_first().filter(kind="ledger.book_exported").first()
    assert event.facts["last_journal"] == last
    page = client_of(cast.ari).get(url("exports")).content.decode()
    assert "Nothing was posted since: your copy is the book." in page

    post_return(cast, [cost("61.00")], participant=cast.beacon, by=cast.rosa)
    page = " ".join(client_of(cast.ari).get(url("exports")).content.decode().split())
    assert "<strong>1 journal</strong> came since" in page
    assert f"Journal {last + 1}</a>" in page
    entries, errors, _ = opened_by_beancount(
        read(client_of(cast.ari).post(url("accounts_file"), asked)).decode()
    )
    assert errors == []
    marked = [one for one in entries if isinstance(one, beans.Transaction) and "new" in one.meta]
    assert [one.links for one in marked] == [{f"journal-{last + 1}"}]
    others = read(client_of(cast.bea).post(url("accounts_file"), asked)).decode()
    assert "since your last export" not in others


def test_who_took_the_book_along_stays_told(cast, book):
    export_book(alliance=cast.alliance, kind="lines", as_what="csv", span=YEAR, by=cast.bea)
    mark_supplier(participant=cast.haven, supplier="Jane Roe", is_person=True, by=cast.finn)
    for table in ("ledger_bookexport", "ledger_suppliermark"):
        for statement in (f"update {table} set id = id", f"delete from {table}", f"truncate {table}"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
    with pytest.raises(Refusal):
        export_book(alliance=cast.alliance, kind="lines", as_what="csv", by=cast.stranger)


# ── Tables ───────────────────────────────────────────────────────────────────


def rows_of(response) -> list[dict]:
    return list(csv.DictReader(io.StringIO(read(response).decode("utf-8-sig"))))


def test_every_table_is_a_csv_and_a_workbook_with_the_same_cells(cast, book, client_of, url):
    for key in tables.TABLES:
        rows = rows_of(client_of(cast.bea).post(url("table_file"), {"table": key, "format": "csv"}))
        answer = client_of(cast.lee).post(url("table_file"), {"table": key, "format": "xlsx"})
        sheet = openpyxl.load_workbook(io.BytesIO(read(answer))).active
        found = list(sheet.iter_rows(min_row=3, values_only=True))
        assert list(found[0]) == list(rows[0]), key
        assert len(found) - 1 == len(rows) > 0, key


def test_text_that_looks_like_a_formula_is_text_and_negative_amounts_stay_numbers(cast, book, client_of, url):
    asked = {"table": "lines", "month": "2026-11"}
    rows = rows_of(client_of(cast.bea).post(url("table_file"), asked | {"format": "csv"}))
    told = {row["Amount"]: (row["Description"], row["Reference"]) for row in rows}
    assert told["1.00"] == ("'=SUM(A1)", "'+44")
    assert "-3.10" in told
    answer = client_of(cast.bea).post(url("table_file"), asked | {"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(read(answer))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert ("=SUM(A1)", "s") in {(cell.value, cell.data_type) for cell in cells}
    assert (-3.1, "n") in {(cell.value, cell.data_type) for cell in cells}


def test_a_table_follows_the_filters_and_its_new_rows_are_marked(cast, book, client_of, url):
    post_return(cast, [cost("5000.00", day="09/10/2026")], OCTOBER, participant=cast.beacon, by=cast.rosa)
    asked = {"table": "lines", "format": "csv", "participant": "haven", "month": "2026-10"}
    rows = rows_of(client_of(cast.hana).post(url("table_file"), asked))
    everything = [row["Amount"] for row in rows]
    assert sum(D(amount) for amount in everything) == (
        Balance.objects.of(cast.alliance).costs().within(OCTOBER).filter(participant=cast.haven).net()
    )
    assert "Since your last export" not in rows[0]
    post_return(cast, [cost("61.00", day="09/10/2026")], OCTOBER, reference="again")
    rows = rows_of(client_of(cast.hana).post(url("table_file"), asked))
    assert [row["Amount"] for row in rows if row["Since your last export"] == "new"] == ["61.00"]
    assert len(rows) == len(everything) + 1


def test_a_workbook_that_would_be_too_large_is_refused_in_words(cast, book, client_of, url, monkeypatch):
    monkeypatch.setattr(tables, "MOST_IN_A_WORKBOOK", 3)
    answer = client_of(cast.bea).post(url("table_file"), {"table": "lines", "format": "xlsx"})
    assert answer.status_code == 422
    assert "A workbook is made of 3 at most: take the CSV" in answer.content.decode()
    assert not BookExport.objects.exists()


# ── Spend over £500 (rule 41) ────────────────────────────────────────────────


def other(amount: str, supplier="Acme Ltd", reference="", **facts) -> str:
    return cost(amount, category="Direct other", supplier=supplier, reference=reference, **facts)


def published(cast, quarter=QUARTER) -> list[tuple[str, D]]:
    return [(one.supplier_told, one.amount) for one in spend.items(cast.alliance, quarter)]


def test_500_pounds_and_a_penny_is_in_and_500_pounds_is_out_and_so_are_pay_and_small_credits(cast):
    make_book(cast)
    post_return(
        cast,
        [
            other("500.01", "In Ltd"),
            other("500.00", "Out Ltd"),
            other("-500.01", "Credit Ltd"),
            other("-500.00", "Small Credit Ltd"),
            cost("4000.00", category="Direct staff", supplier="Payroll"),
            cost("600.00", category="Margin", supplier=""),
        ],
    )
    assert published(cast) == [
        ("In Ltd", D("500.01")),
        ("Credit Ltd", D("-500.01")),
        ("Haven Homes (no supplier named)", D("600.00")),
    ]
    assert published(cast, QUARTER.previous) == []


def test_the_lines_of_one_invoice_are_one_item_and_its_lost_vat_is_told(cast):
    make_book(cast)
    vat = cost("90.00", category="Irrecoverable VAT", supplier="acme LTD", reference="A-1")
    post_return(
        cast, [other("450.00", reference="A-1"), vat, other("450.00", reference="A-2"), other("90.00")]
    )
    (item,) = spend.items(cast.alliance, QUARTER)
    assert (item.amount, item.vat, item.category) == (
        D("540.00"),
        D("90.00"),
        "Direct other; Irrecoverable VAT",
    )


def test_what_was_reversed_or_corrected_in_the_quarter_is_told_as_it_is_now(cast):
    make_book(cast)
    gone = post_return(cast, [other("900.00", "Gone Ltd")], reference="1")
    reverse_journal(journal=gone.journal, reason="Twice.", by=cast.finn)
    kept = post_return(cast, [other("900.00", "Kept Ltd"), other("800.00", "Small Ltd")], reference="2")
    for line, amount in ((1, "700.00"), (2, "500.00")):
        correct_line(
            entry=kept.journal.entries.get(alliance=cast.alliance, line=line),
            category=Category.DIRECT_OTHER,
            budget_line=kept.journal.entries.get(alliance=cast.alliance, line=line).budget_line,
            amount=D(amount),
            reason="As on the invoice.",
            by=cast.finn,
        )
    assert published(cast) == [("Kept Ltd", D("700.00"))]


def test_what_is_put_right_in_a_later_quarter_appears_there_as_what_it_changes(cast):
    make_book(cast)
    september = Month(2026, 9)
    wrong = post_return(cast, [other("2000.00", "Late Ltd", "L-1", day="10/09/2026")], september)
    for month in YEAR.months[:6]:
        close_period(period=period_of(cast, month), by=cast.hana)
    reverse_journal(journal=wrong.journal, reason="Another's.", by=cast.finn)
    assert published(cast, Quarter.containing(september.start)) == [("Late Ltd", D("2000.00"))]
    assert published(cast) == [("Late Ltd", D("-2000.00"))]


@pytest.mark.parametrize(
    ("supplier", "private"),
    [
        ("Mr T Okafor", True),
        ("Dr Banerjee", True),
        ("Sarah Jones", True),
        ("JONES, SARAH", True),
        ("J. A. Smith", True),
        ("Smith, J", True),
        ("Quayside Cleaning", False),
        ("Sarah Jones Catering", False),
        ("John Lewis plc", False),
        ("B&Q", False),
        ("St Andrew's Church", False),
        ("Travelodge", False),
        ("Dr", False),
        ("", False),
    ],
)
def test_a_name_that_looks_like_a_persons(supplier, private):
    assert persons.looks_private(supplier) is private


def test_private_names_are_held_back_unless_whoever_sends_the_costs_says_otherwise(cast, client_of, url):
    make_book(cast)
    post_return(
        cast,
        [
            other("600.00", "Sarah Jones", what="Flat of Sarah Jones repainted"),
            other("700.00", "Grace Wells", reference="G"),
            other("800.00", "Nightlight", reference="N"),
        ],
    )
    assert published(cast) == [
        (spend.REDACTED, D("600.00")),
        (spend.REDACTED, D("700.00")),
        ("Nightlight", D("800.00")),
    ]
    for name, is_person in (("grace wells", "no"), ("nightlight", "yes")):
        said = {"quarter": QUARTER.slug, "supplier": f"haven:{name}", "is_person": is_person}
        assert client_of(cast.finn).post(url("mark_supplier"), said).status_code == 303
    assert published(cast) == [
        (spend.REDACTED, D("600.00")),
        ("Grace Wells", D("700.00")),
        (spend.REDACTED, D("800.00")),
    ]
    assert b"nightlight" not in b"".join(bytes(one.body) for one in Event.objects.all()).lower()
    rows = rows_of(client_of(cast.hana).post(url("spend_file"), {"quarter": QUARTER.slug}))
    assert [row["Purpose"] for row in rows] == ["Flat of [redacted] repainted", "Cleaning", "Cleaning"]
    assert b"Sarah" not in str(rows).encode()
    assert rows[1] == {
        "Body name": "Harbour City Council",
        "Body URI": "",
        "Fund": "Pooled fund of Harbour Alliance",
        "Spent by": "Haven Homes",
        "Service": "Housing first",
        "Date": "2026-11-03",
        "Transaction number": rows[1]["Transaction number"],
        "Supplier name": "Grace Wells",
        "Amount net of recoverable VAT": "700.00",
        "Of which irrecoverable VAT": "0.00",
        "Purpose": "Cleaning",
        "Category": "Direct other",
    }


def test_only_whoever_sends_the_costs_or_keeps_the_pool_marks_a_supplier(cast, client_of, url):
    make_book(cast)
    post_return(cast, [other("800.00", "Nightlight")])
    said = {"quarter": QUARTER.slug, "supplier": "haven:nightlight", "is_person": "yes"}
    for person, status in ((cast.bea, 403), (cast.pat, 403), (cast.rosa, 422), (cast.carol, 422)):
        assert client_of(person).post(url("mark_supplier"), said).status_code == status
    assert not SupplierMark.objects.exists()
    assert client_of(cast.hana).post(url("mark_supplier"), said).status_code == 303
    with pytest.raises(Refusal):
        mark_supplier(participant=cast.haven, supplier="Nightlight", is_person=False, by=cast.rosa)
