"""The forecast and its plans in the browser."""

import csv
import io
from decimal import Decimal
from unittest.mock import patch

import pytest

from ledger.models import Forecast
from tests.factories.forecast import say
from tests.factories.ledger import YEAR, open_plan

pytestmark = pytest.mark.django_db


def words_of(answer) -> str:
    return " ".join(answer.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_page_says_what_the_year_comes_to_and_how_each_figure_is_known(cast, book, line, client_of, url):
    open_plan(cast, amount="350000.00")
    say(line("Peer support"), cast.haven, cast.finn, None, method="run_rate", reason="As so far.")
    page = words_of(client_of(cast.ari).get(url("forecast")))
    for words in (
        (
            'By <time datetime="2027-03-31">31 March 2027</time> we will have spent <strong>£530,900.00</strong>: '
            "£30,150.01 so far and £500,749.99 to come"
        ),
        "£69,100.00 less than agreed, 11.5 %",
        "£30,000.00 more than agreed, 9.4 %",
        "Entered: £350,000.00 for the year.",
        "“Two more flats.” Finn Finance, finance lead, <time",
        "Run-rate: the average of 2 complete months.",
        "Profile: the budget, the same in each month",
        'Action plan 1</a>, to be written by <time datetime="2026-12-13">',
        "£30,000.00 kept for what nobody foresaw",
    ):
        assert words in page, words
    folded = "Every line and everybody who spends on it"
    assert folded not in page
    with patch("ledger.views.forecast.UNFOLDED", 2):
        assert folded in words_of(client_of(cast.ari).get(url("forecast")))
    assert "Say what you expect" not in page
    assert "Say what you expect" in words_of(client_of(cast.finn).get(url("forecast")))
    one = words_of(client_of(cast.finn).get(url("forecast") + "?participant=haven&line=housing-first"))
    assert "Haven Homes will have spent on Housing first <strong>£350,000.00</strong>" in one
    assert (
        "than agreed"
        not in one.split("<footer")[0].split("Everything that was said")[0].split('id="plans"')[0]
    )
    sent = b"".join(client_of(cast.ari).get(url("forecast_csv")).streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(sent)))
    assert rows[1][1:7] == ["Housing first", "Haven Homes", "30000.01", "319999.99", "350000.00", "Entered"]


def test_a_finance_lead_says_what_it_expects_and_what_is_wrong_is_told_beside_it(cast, book, client_of, url):
    client = client_of(cast.finn)
    address = url("say_forecast", YEAR.slug, "housing-first", "haven")
    page = words_of(client.get(address))
    assert "£180,000.06 by <time" in page
    assert "pattern of last year" not in page
    refused = client.post(address, {"method": "entered", "amount": "12 pounds", "reason": ""})
    said = words_of(refused)
    assert refused.status_code == 422
    assert "The amount &#x27;12 pounds&#x27; has words in it" in said
    assert "Enter why you expect this" in said
    assert 'value="12 pounds"' in said
    assert client.post(address, {"method": "entered", "reason": "So."}).status_code == 422
    assert client.post(address, {"method": "run_rate", "amount": "5", "reason": "So."}).status_code == 422
    done = client.post(address, {"method": "entered", "amount": "£210,000", "reason": "Two flats."})
    assert done.status_code == 303
    assert Forecast.objects.get().amount == Decimal("210000.00")
    assert client.get(url("say_forecast", "2031-32", "housing-first", "haven")).status_code == 404


def test_a_plan_goes_through_the_browser(cast, book, client_of, url):
    plan = open_plan(cast)
    client = client_of(cast.pat)
    address = url("plan", plan.number)
    assert "To be written by" in words_of(client.get(address))
    refused = client.post(
        url("write_plan", 1), {"words": "", "until_day": "1", "until_month": "1", "until_year": "2020"}
    )
    assert refused.status_code == 422
    assert "Until when? must be 22 November 2026 or later" in words_of(refused)
    given = {"words": "We let one later.", "doing": cast.haven.pk}
    until = {"until_day": "29", "until_month": "1", "until_year": "2027"}
    assert client.post(url("write_plan", 1), given | until).status_code == 303
    page = words_of(client.get(address))
    assert "We let one later." in page
    assert "Say how it ended" in page
    assert "spends on the line" in words_of(client_of(cast.rosa).get(address))
    drafted = client.post(url("plan_virement", 1))
    assert drafted.status_code == 303
    assert drafted.url.endswith("/draft/effect/")
    step = words_of(client.get(drafted.url))
    assert "80,000.00" in step
    ended = client.post(url("end_plan", 1), {"then": "finish", "words": "One was let."})
    assert ended.status_code == 303
    assert "One was let." in words_of(client.get(address))
    assert client.get(url("write_plan", 1)).status_code == 409
    assert client.post(url("end_plan", 1), {"then": "finish", "words": "Again."}).status_code == 409


def test_the_page_asks_the_same_however_much_there_is(
    cast, book, line, client_of, url, django_assert_num_queries
):
    client = client_of(cast.finn)
    client.get(url("forecast"))
    with django_assert_num_queries(14):
        client.get(url("forecast"))
    open_plan(cast)
    open_plan(cast, "Peer support")
    open_plan(cast, "Street outreach")
    say(line("Street outreach"), cast.beacon, cast.rosa, "9.00")
    with django_assert_num_queries(14):
        client.get(url("forecast"))
