"""What is taken out of the book: other programs open it, and find the same balances to the penny."""

import csv
import io
import re
import subprocess
from collections import defaultdict
from decimal import Decimal

import pytest
from beancount.core import data as beans

from ledger.exporting import reading, tables
from ledger.exporting.plain_text import DIALECTS, Names, accounting_journal
from ledger.models import Balance, Entry, Journal
from tests.factories.exports import opened_by_beancount
from tests.factories.ledger import NOVEMBER, OCTOBER, YEAR

pytestmark = pytest.mark.django_db
D = Decimal


def text_of(cast, dialect: str, span=None, **kwargs) -> str:
    return "".join(accounting_journal(cast.alliance, dialect, span, **kwargs))


def balances_of(cast, dialect: str) -> dict[str, D]:
    """What the application keeps, by the name that the dialect gives it."""
    names, sums = Names.of(cast.alliance, DIALECTS[dialect]), defaultdict(D)
    for row in Balance.objects.of(cast.alliance).net_by("account", "budget_line", "participant"):
        sums[names((row["account"], row["budget_line"], row["participant"]))] += row["net"]
    return {name: amount for name, amount in sums.items() if amount}


def test_beancount_opens_the_book_without_error_and_has_every_balance_to_the_penny(cast, book):
    entries, errors, sums = opened_by_beancount(text_of(cast, "beancount"))
    assert errors == []
    assert sums == balances_of(cast, "beancount")
    assert sums["Costs:Subcontract:Housing-first:Haven"] == D("1217.75")  # 1,200.10 and the strange ones
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
    assert "Costs:Subcontract:Housing first:Haven" in sums
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
