"""The open book's pages: what they say, who may act, how few queries they need."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from alliance.core.periods import FinancialYear
from ledger.models import Balance
from ledger.services import receive_contribution, reverse_journal
from tests.factories.ledger import (
    NOVEMBER,
    OCTOBER,
    add_evidence,
    cost,
    make_book,
    post_return,
    send_return,
)

pytestmark = pytest.mark.django_db
D = Decimal


def test_before_the_book_is_open_the_page_says_what_happens_next(cast, says, url):
    assert "The book is not open yet" in says(cast.pat, url("book"))
    assert "Only the pool manager does this" in says(cast.pat, url("book"))
    assert "Open the first year" in says(cast.hana, url("budget"))


def test_everybody_sees_the_same_totals_in_plain_words(cast, says, url):
    """Principle e."""
    make_book(cast)
    post_return(
        cast,
        [cost("1200.00", day="05/10/2026"), cost("300.00", day="05/10/2026", line="Peer support")],
        OCTOBER,
    )
    post_return(cast, [cost("500.00")], participant=cast.beacon, by=cast.rosa)
    for person in (cast.pat, cast.carol, cast.bea, cast.ari, cast.lee):
        page = says(person, url("book"))
        assert (
            "We have spent <strong>£2,000.00</strong> of the <strong>£600,000.00</strong> in the pool" in page
        )
        assert "What the year comes to can be said when every provider has reported a month" in page
        assert "1 of 2 providers reported October 2026. Not yet: Beacon." in page


def test_the_rate_counts_only_months_that_every_provider_has_reported(cast, says, url):
    make_book(cast)
    post_return(cast, [cost("1200.00", day="05/10/2026")], OCTOBER)
    post_return(cast, [cost("300.00", day="05/10/2026")], OCTOBER, participant=cast.beacon, by=cast.rosa)
    post_return(cast, [cost("7.00")])
    page = says(cast.bea, url("book"))
    assert "We have spent <strong>£1,507.00</strong>" in page
    assert (
        "At the rate of the one month that every provider has reported, the year comes to "
        "<strong>£18,000.00</strong>, £582,000.00 less than is agreed." in page
    )


def test_of_a_year_that_is_over_it_says_what_was_spent_and_no_rate(cast, says, url):
    make_book(cast, FinancialYear(2025))
    post_return(cast, [cost("1200.00", day="05/10/2025")], OCTOBER.shifted(-12))
    page = says(cast.bea, url("book"))
    assert (
        "We spent <strong>£1,200.00</strong> of the <strong>£600,000.00</strong> in the pool for 2025–26."
        in page
    )
    assert "At the rate" not in page
    assert "At this rate" not in page


def test_a_stranger_does_not_learn_that_there_is_a_book(cast, says, url):
    make_book(cast)
    posted = post_return(cast, [cost()])
    for address in (
        url("book"),
        url("lines"),
        url("journal", 2),
        url("return", posted.number),
        url("file", posted.number),
    ):
        says(cast.stranger, address, status=404)


def test_any_total_leads_to_its_lines_its_journal_its_row_and_its_file(cast, client_of, says, url):
    make_book(cast)
    posted = post_return(
        cast, [cost("1200.00"), cost("300.00", line="Peer support", supplier="Ferry Lane Café")]
    )
    assert url("lines") + "?year=2026-27&amp;line=peer-support" in says(cast.ari, url("book"))
    lines = says(cast.ari, url("lines") + "?line=peer-support")
    assert "<strong>£300.00</strong> in 1 line." in lines
    assert "Ferry Lane Café" in lines
    assert "Quayside" not in lines
    assert "<strong>£70,000.00</strong> is agreed for Peer support in 2026–27" in lines
    assert url("row", posted.number, 3) in lines
    assert url("journal", 2) in lines
    assert f"{url('budget')}?year=2026-27#lines" in says(cast.ari, url("row", posted.number, 3))
    assert url("file", posted.number) in says(cast.ari, url("row", posted.number, 3))
    answer = client_of(cast.ari).get(url("file", posted.number))
    assert answer.content == bytes(posted.document.content)
    assert answer["Content-Disposition"] == 'attachment; filename="costs.csv"'
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("way", ["line", "participant", "category", "month"])
def test_in_each_way_the_totals_sum_to_the_whole_and_lead_to_lines_of_the_same_sum(cast, client_of, url, way):
    make_book(cast)
    post_return(cast, [cost("1200.00", day="05/10/2026"), cost("-30.00", day="05/10/2026")], OCTOBER)
    post_return(cast, [cost("300.00", line="Peer support", category="Overhead")])
    post_return(cast, [cost("500.25")], participant=cast.beacon, by=cast.rosa)
    client = client_of(cast.bea)
    page = client.get(url("book") + f"?by={way}").context
    assert page["group"].way == way
    assert sum(row.total.spent for row in page["group"].rows) == page["spending"].spent == D("1970.25")
    for row in page["group"].rows:
        assert 0 <= row.bar.x <= row.bar.x + row.bar.width <= 1000
        if row.total.entries:
            assert client.get(row.url).context["sums"]["net"] == row.total.spent


def test_each_filter_is_taken_off_by_itself_and_the_way_of_looking_stays(cast, client_of, url):
    make_book(cast)
    post_return(cast, [cost("1200.00")])
    page = client_of(cast.bea).get(url("book") + "?month=2026-11&line=peer-support&by=category").context
    assert [(one["label"], str(one["value"]), one["query"]) for one in page["taken_off"]] == [
        ("Month", "November 2026", "line=peer-support&by=category"),
        ("Budget line", "Peer support", "month=2026-11&by=category"),
    ]
    assert [one["query"] for one in page["ways"]][1] == "month=2026-11&line=peer-support&by=participant"


def test_the_totals_as_a_workbook_say_what_the_csv_says(cast, client_of, url):
    from openpyxl import load_workbook

    make_book(cast)
    post_return(cast, [cost("1200.00"), cost("300.00", line="Peer support")])
    client = client_of(cast.bea)
    rows = list(csv.reader(io.StringIO(b"".join(client.get(url("totals_csv"))).decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(client.get(url("totals_xlsx")).content))["Totals"]
    found = [list(row) for row in sheet.iter_rows(values_only=True)]
    start = next(n for n, row in enumerate(found) if row[0] == "By")
    assert found[start + 1][:3] == ["Budget line", "Housing first", 1200]
    assert [[str(cell or "") for cell in row[:2]] for row in found[start:]] == [row[:2] for row in rows]
    assert ["Budget line", "Housing first", "1200.00", "320000.00", "318800.00", "1", "2026–27"] in rows


def test_the_csv_of_the_lines_is_what_is_shown_and_sums_to_the_total(cast, client_of, url):
    make_book(cast)
    sent = post_return(
        cast, [cost("1200.00"), cost("-20.50"), cost("300.00", line="Peer support", supplier="=1+1")]
    )
    first = add_evidence(sent, cast.finn, row=2)
    add_evidence(sent, cast.finn, content=b"%PDF-1.7 more", row=2, supersedes=first, reason="Readable.")
    answer = client_of(cast.ari).get(url("lines_csv") + "?month=2026-11")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert sum(D(row["Amount"]) for row in rows) == Balance.objects.costs().net() == D("1479.50")
    assert [row["Supplier"] for row in rows] == ["'=1+1", "Quayside Cleaning", "Quayside Cleaning"]
    assert [row["Evidence"] for row in rows] == ["invoice", "invoice", "invoice; 1 file"]


def test_lines_come_a_page_at_a_time_without_a_gap(cast, client_of, url):
    make_book(cast)
    post_return(cast, [cost(f"{n}.00", reference=f"R{n}") for n in range(1, 121)])
    client, address, seen = client_of(cast.ari), url("lines"), []
    while address:
        page = client.get(address).context
        seen += [cost.amount for cost in page["costs"]]
        address = url("lines") + page["older"] if page["older"] else ""
    assert seen == [D(n) for n in range(120, 0, -1)]


def test_a_filter_that_means_nothing_is_no_filter(cast, says, url):
    make_book(cast)
    post_return(cast, [cost("1200.00")])
    for query in (
        "?line=nothing",
        "?month=2026-13",
        "?year=1999-00",
        "?participant=%00",
        "?after=x",
        "?after=2026-11.9.9",
    ):
        assert "£1,200.00" in says(cast.pat, f"{url('lines')}?{query}")


def test_journals_and_returns_are_narrowed_by_what_the_address_says(cast, client_of, url):
    make_book(cast)
    october = post_return(cast, [cost("1.00", day="05/10/2026")], OCTOBER)
    post_return(cast, [cost("2.00")])
    theirs = send_return(cast, [cost("3.00", day="soon")], participant=cast.beacon, by=cast.rosa)
    bea = client_of(cast.bea)

    def numbers(name: str, shown: str, **asked: str) -> list[int]:
        page = bea.get(url(name), asked)
        found = page.context[shown]
        return [int(one["number"] if isinstance(one, dict) else one.number) for one in found]

    assert numbers("journals", "journals", month="2026-10") == [october.journal.number]
    assert numbers("journals", "journals", kind="contributions_agreed") == [1]
    assert len(numbers("journals", "journals", month="nonsense", kind="?")) == 3
    assert numbers("journals", "journals", kind="payment") == []
    assert numbers("returns", "returns", participant="beacon") == [theirs.number]
    assert numbers("returns", "returns", state="posted", month="2026-10") == [october.number]
    page = bea.get(url("returns"), {"state": "attention"}).content.decode()
    assert "Take off: </span>State: <strong>Needs attention" in page


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "count"),
    [("book", 12), ("lines", 11), ("journals", 8), ("returns", 12), ("budget", 20), ("periods", 11)],
)
def test_a_list_takes_as_many_queries_with_three_rows_as_with_one(
    cast, client_of, url, rows, name, count, django_assert_num_queries
):
    budget = make_book(cast)
    for n in range(rows):
        posted = post_return(cast, [cost(f"{n + 1}.00", day="05/10/2026")], OCTOBER, reference=f"part {n}")
        receive_contribution(
            contribution=budget.contributions.get(participant=cast.haven),
            amount=D(n + 1),
            on=date(2026, 11, n + 1),
            reference=str(n),
            by=cast.hana,
        )
    reverse_journal(journal=posted.journal, reason="Wrong month.", by=cast.finn)
    post_return(cast, [cost("9.00")], NOVEMBER)
    client = client_of(cast.ari)
    client.get(url(name))
    with django_assert_num_queries(count):
        client.get(url(name))


def test_one_journal_takes_as_many_queries_with_three_entries_as_with_thirty(
    cast, client_of, url, django_assert_num_queries
):
    make_book(cast)
    client = client_of(cast.ari)
    for n, number in ((2, 2), (30, 3)):
        post_return(cast, [cost(f"{row}.00") for row in range(1, n + 1)], reference=f"{n} lines")
        with django_assert_num_queries(15):
            client.get(url("journal", number))


def test_a_number_that_no_row_can_have_is_a_404_or_the_end_of_a_list(cast, client_of, url):
    make_book(cast)
    post_return(cast, [cost("1.00")])
    client, huge = client_of(cast.ari), 10**12
    for address in (url("journal", huge), url("return", huge), url("return", 1) + f"rows/{huge}/"):
        assert client.get(address).status_code == 404
    for address in (url("journal", 2) + f"?after={huge}", url("journals") + f"?before={10**17 - 1}"):
        assert client.get(address).status_code == 200
