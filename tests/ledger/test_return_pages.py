"""A cost return in the browser, from the file to the book."""

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from alliance.core.outbox import do_all_due
from ledger.models import CostReturn
from ledger.services import fix_rows, withdraw_cost_return
from tests.factories.ledger import (
    OCTOBER,
    YEAR,
    cost,
    csv_of,
    make_book,
    send_return,
)

pytestmark = pytest.mark.django_db
D = Decimal


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


def test_what_is_confirmed_is_what_was_looked_at(cast, client_of, url):
    """A colleague puts a row right while the page is open: its button confirms what it shows, or nothing."""
    make_book(cast)
    ready = send_return(cast, [cost("120.00"), cost("80.00")])
    client = client_of(cast.finn)

    def shown() -> dict[str, str]:
        page = client.get(ready.get_absolute_url()).content.decode()
        return dict(re.findall(r'name="(seen)" value="(\d+)"', page))

    before = shown()
    fix_rows(cost_return=ready, fixes={3: {"amount": "8000.00"}}, by=cast.finn)
    do_all_due()
    refused = client.post(url("confirm", ready.number), before)
    assert (refused.status_code, "was read again since you looked" in refused.content.decode()) == (409, True)
    assert client.post(url("confirm", ready.number), {"seen": "all"}).status_code == 409
    ready.refresh_from_db()
    assert (ready.status, ready.lines_total) == ("ready", D("8120.00"))
    now = shown()
    for _ in range(2):
        assert client.post(url("confirm", ready.number), now).status_code == 303
    ready.refresh_from_db()
    assert ready.status == "posting"


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
