"""The pool manager in the browser: reversals, months, years, contributions."""

import pytest

from ledger.models import Journal, Period
from ledger.services import close_period
from tests.factories.ledger import (
    cost,
    make_book,
    post_return,
)

pytestmark = pytest.mark.django_db


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
    onward = f'{url("send_return")}?month=2026-11"'
    assert onward in says(cast.finn, posted.get_absolute_url())
    assert onward not in says(cast.rosa, posted.get_absolute_url())


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


def test_all_that_is_wrong_with_a_year_is_said_at_once(cast, says, url):
    given = {
        f"from_{cast.council.slug}": "12O,000",
        "line_1": "Housing first",
        "line_1_amount": "400000",
        "line_2": "housing First",
        "line_3_amount": "12",
    }
    page = says(cast.hana, url("new_year"), given, status=422)
    for sentence in (
        "The amount &#x27;12O,000&#x27; has a letter O",
        "“housing First” is there already",
        "Name budget line 3, or take its amount away",
    ):
        assert sentence in page


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
