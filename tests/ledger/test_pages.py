"""The open book's pages: what they say, who may act, how few queries they need."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from alliance.core.outbox import do_all_due
from alliance.core.periods import FinancialYear
from ledger.models import Balance, CostReturn, Journal, Period
from ledger.services import close_period, receive_contribution, reverse_journal, withdraw_cost_return
from tests.factories.ledger import (
    NOVEMBER,
    OCTOBER,
    YEAR,
    add_evidence,
    cost,
    csv_of,
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


def test_the_form_offers_the_first_month_not_yet_sent_and_says_which_are(cast, client_of, url):
    make_book(cast)
    finn = client_of(cast.finn)

    def offered(query: str = "") -> tuple[str, list[str]]:
        month = finn.get(url("send_return") + query).context["form"]["month"]
        return month.initial, [label for _, label in month.field.choices if "sent" in label]

    assert offered() == ("2026-04", [])
    for month in YEAR.months[:4]:
        send_return(cast, [cost("5.00", day=f"01/{month.month:02}/2026")], month)
    back = send_return(cast, [cost("5.00", day="01/08/2026")], YEAR.months[4])
    withdraw_cost_return(cost_return=back, by=cast.finn)
    sent = ["July 2026 (sent)", "June 2026 (sent)", "May 2026 (sent)", "April 2026 (sent)"]
    assert offered() == ("2026-08", sent)
    assert offered("?month=2026-05") == ("2026-05", sent)
    for month in YEAR.months[4:7]:
        send_return(cast, [cost("5.00", day=f"01/{month.month:02}/2026")], month)
    assert offered()[0] == "2026-11"


def test_what_is_wrong_with_many_rows_is_said_once_with_the_rows(cast, says, url):
    make_book(cast)
    rows = [cost(day="03/10/2026")] + [cost(day=f"{day:02}/11/2026") for day in range(1, 21)]
    sent = send_return(cast, [*rows, cost("1O.00", day="05/10/2026")], OCTOBER)
    page = says(cast.finn, url("return", sent.number))
    assert "2 things to put right, in 21 places." in page
    assert page.count("The date is after the end of October 2026, whose costs these are said to be.") == 1
    assert "Rows 3 to 22" in page
    assert "01/11/2026, … 20/11/2026" in page
    assert f'<a class="govuk-link" href="{url("row", sent.number, 23)}">Row 23</a>' in page
    assert sent.problems.count() == 21  # and each row's own page tells it


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


def test_a_return_goes_from_the_file_to_the_book_in_the_browser(cast, client_of, url):
    make_book(cast)
    client = client_of(cast.finn)
    file = SimpleUploadedFile("october.csv", csv_of([cost("120.00", day="05/10/2026")]), "text/csv")
    given = {"participant": cast.haven.pk, "month": "2026-10", "file": file, "declared_total": "£120.00"}
    answer = client.post(url("send_return"), given)
    sent = CostReturn.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, sent.get_absolute_url())
    assert "Waiting for its turn" in client.get(sent.get_absolute_url()).content.decode()
    do_all_due()
    page = client.get(sent.get_absolute_url()).content.decode()
    assert "No problem was found. That is the total that was declared." in page
    assert client.post(url("confirm", sent.number)).status_code == 303
    do_all_due()
    sent.refresh_from_db()
    assert sent.status == "posted"
    assert "in the open book as" in client.get(sent.get_absolute_url()).content.decode()


def test_what_is_typed_wrong_is_said_beside_the_question_and_nothing_is_lost(cast, client_of, url):
    make_book(cast)
    given = {"participant": cast.haven.pk, "month": "2026-10", "declared_total": "12O", "reference": "extra"}
    answer = client_of(cast.finn).post(url("send_return"), given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose the file with your costs" in page
    assert "has a letter O" in page
    assert 'value="extra"' in page


def test_whoever_may_not_send_is_told_why(cast, says, url):
    make_book(cast)
    assert "Only an organisation&#x27;s finance lead sends its costs." in says(cast.bea, url("returns"))
    assert "Only an organisation&#x27;s finance lead sends its costs." in says(cast.bea, url("send_return"))


def test_nobody_confirms_for_another_organisation(cast, client_of, url):
    make_book(cast)
    ready = send_return(cast, [cost()])
    for person in (cast.rosa, cast.hana, cast.bea, cast.ari):
        assert client_of(person).post(url("confirm", ready.number)).status_code == 403
        assert client_of(person).post(url("withdraw", ready.number)).status_code == 403
        assert client_of(person).get(url("columns", ready.number)).status_code == 403
    assert client_of(cast.stranger).post(url("confirm", ready.number)).status_code == 404


def test_the_progress_of_a_return_is_asked_for_until_its_state_changes(cast, client_of, url):
    make_book(cast)
    client = client_of(cast.finn)
    file = SimpleUploadedFile("a.csv", csv_of([cost()]), "text/csv")
    client.post(url("send_return"), {"participant": cast.haven.pk, "month": "2026-11", "file": file})
    address = CostReturn.objects.get().get_absolute_url()
    asking = {"HX-Request": "true", "HX-Target": "progress"}
    answer = client.get(address, headers=asking)
    assert answer.content.decode().count("<html") == 0
    assert 'id="progress"' in answer.content.decode()
    do_all_due()
    assert client.get(address, headers=asking)["HX-Refresh"] == "true"


def test_a_reversal_in_the_browser_says_before_what_it_does(cast, client_of, says, url):
    make_book(cast)
    posted = post_return(cast, [cost("120.00")])
    number = posted.journal.number
    look = says(cast.finn, url("reversal", number))
    assert "the first month that is open" in look
    for name in ("Costs of Haven in November 2026", "Owed to Haven"):
        row = look.partition(f'<th scope="row">{name}</th>')[2].partition("</tr>")[0]
        assert '"Now (£)" class="figure">120.00<' in row
        assert '"Then (£)" class="figure">0.00<' in row
    client = client_of(cast.finn)
    assert client.post(url("reversal", number), {"reason": ""}).status_code == 422
    assert client.post(url("reversal", number), {"reason": "Paid twice."}).status_code == 303
    assert "takes all of it back, in November 2026. The reason: “Paid twice.”" in says(
        cast.pat, url("journal", number)
    )
    assert "It takes back" in says(cast.pat, url("journal", number + 1))
    assert client_of(cast.pat).get(url("reversal", number)).status_code == 403


def test_a_month_is_closed_by_the_pool_manager_alone(cast, client_of, says, url):
    make_book(cast)
    assert "It does not reopen" in says(cast.hana, url("close", "2026-04"))
    assert client_of(cast.finn).post(url("close", "2026-04")).status_code == 403
    assert client_of(cast.hana).post(url("close", "2026-04")).status_code == 303
    assert "Closed" in says(cast.bea, url("periods"))
    assert client_of(cast.hana).post(url("close", "2026-06")).status_code == 409
    assert client_of(cast.hana).get(url("close", "2031-06")).status_code == 404
    assert client_of(cast.hana).get(url("close", "soon")).status_code == 404


def test_a_year_opens_in_the_browser_only_when_both_sides_are_equal(cast, client_of, url):
    """Rule 30."""
    client = client_of(cast.hana)
    given = {
        f"from_{cast.council.slug}": "400,000",
        f"from_{cast.haven.slug}": "120000.00",
        "line_1": "Housing first",
        "line_1_amount": "£500,000.00",
        "contingency": "20,000.01",
    }
    answer = client.post(url("new_year"), given)
    assert answer.status_code == 422
    assert "£0.01 too much is planned" in answer.content.decode()
    assert client.post(url("new_year"), given | {"contingency": "20,000.00"}).status_code == 303
    page = client.get(url("budget")).content.decode()
    assert "<strong>£520,000.00</strong> on both sides" in " ".join(page.split())
    assert client_of(cast.finn).post(url("new_year"), given).status_code == 403


def test_a_contribution_that_arrived_shows_beside_what_was_agreed(cast, client_of, says, url):
    budget = make_book(cast)
    contribution = budget.contributions.get(participant=cast.haven)
    given = {
        "contribution": contribution.pk,
        "amount": "30,000.00",
        "on_day": "2",
        "on_month": "11",
        "on_year": "2026",
        "reference": "BACS 7",
    }
    hana = client_of(cast.hana)
    look = " ".join(hana.post(url("receipt", "2026-27"), given | {"then": "look"}).content.decode().split())
    for name, now, then in (
        ("Still due from Haven", f"{contribution.amount:,.2f}", f"{contribution.amount - 30000:,.2f}"),
        ("Money in the pool", "0.00", "30,000.00"),
    ):
        row = look.partition(f'<th scope="row">{name}</th>')[2].partition("</tr>")[0]
        assert f'"Now (£)" class="figure">{now}<' in row
        assert f'"Then (£)" class="figure">{then}<' in row
    assert not Journal.objects.filter(kind="contribution_received").exists()
    too_much = hana.post(url("receipt", "2026-27"), given | {"then": "look", "amount": "999999"})
    assert "more than is due for 2026–27" in too_much.content.decode()
    post = given | {"then": "post"}
    assert hana.post(url("receipt", "2026-27"), post).status_code == 303
    assert hana.post(url("receipt", "2026-27"), post).status_code == 303
    close_period(period=Period.objects.get(alliance=cast.alliance, month="2026-04-01"), by=cast.hana)
    closed = hana.post(url("receipt", "2026-27"), post | {"on_month": "4", "reference": "BACS 8"})
    assert closed.status_code == 422
    assert 'value="30,000.00"' in closed.content.decode()
    assert Journal.objects.filter(kind="contribution_received").count() == 1
    assert "30,000.00" in says(cast.lee, url("budget"))
    assert client_of(cast.finn).get(url("receipt", "2026-27")).status_code == 403


def test_the_template_to_fill_in_loads_as_it_is(cast, client_of, url):
    from openpyxl import load_workbook

    make_book(cast)
    book = load_workbook(io.BytesIO(client_of(cast.finn).get(url("template")).content))
    sheet = book["Costs"]
    assert [cell.value for cell in sheet[3]] == [
        *(
            "Date",
            "Supplier",
            "Description",
            "Amount (net)",
            "Category",
            "Budget line",
            "Reference",
            "Evidence",
            "Grade",
            "Full-time equivalents",
        )
    ]
    sheet.append(
        [date(2026, 11, 5), "Quayside", "Cleaning", 12.3, "Overhead", "Peer support", "7", "invoice"]
    )
    filled = io.BytesIO()
    book.save(filled)
    assert send_return(cast, filled.getvalue(), name="costs.xlsx").lines_total == D("12.30")


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
