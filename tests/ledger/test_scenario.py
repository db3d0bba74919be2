"""The scenario calculator: what a year would mean under share terms, in an address that can be sent (rule 38)."""

from itertools import product
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from tests.factories.decided import agree_share
from tests.factories.ledger import OCTOBER, cost, make_book, post_return

pytestmark = pytest.mark.django_db
RULE_38 = {
    "target": "2,400,000.00",
    "actual": "2,287,912.37",
    "band": "2",
    "gain_share": "40",
    "gain_cap": "5",
    "pain_share": "60",
    "pain_cap": "1.5",
    "name_1": "Haven",
    "share_1": "45.5",
    "name_2": "Beacon",
    "share_2": "30.25",
    "name_3": "Quay",
    "share_3": "24.25",
}
GAIN = (
    "If the year costs £2,287,912.37, the providers receive £25,635.05 of the £112,087.63 below the target, "
    "and the commissioners keep £86,452.58."
)


@pytest.fixture
def ask(client):
    """`ask(target="1")` is the public page of rule 38's terms with these answers, as lxml; None leaves one out."""

    def of(address: str = "/scenario/", **answers):
        asked = {name: text for name, text in (RULE_38 | answers).items() if text is not None}
        answer = client.get(f"{address}?{urlencode(asked)}")
        assert answer.status_code == 200
        return html.fromstring(answer.content.decode())

    return of


def text(element) -> str:
    return " ".join(element.text_content().split())


def sentence(page) -> str:
    return text(page.get_element_by_id("result"))


def rows(page, caption: str) -> list[list[str]]:
    [table] = page.xpath(f"//table[normalize-space(caption)='{caption}']")
    return [[text(cell) for cell in row] for row in table.xpath(".//tbody/tr | .//tfoot/tr")]


def problems(page) -> dict[str, str]:
    """Each sentence of the summary by the control that it leads to, which says it too."""
    said = {}
    for link in page.xpath("//*[contains(@class, 'govuk-error-summary')]//a"):
        control = page.get_element_by_id(link.get("href")[1:])
        beside = page.get_element_by_id(f"{control.get('id')}_error")
        assert link.text in text(beside)
        said[control.get("name")] = link.text
    return said


def test_rule_38_begins_with_the_sentence_and_shows_every_step(ask):
    shown = ask()
    assert sentence(shown) == GAIN
    assert [row[0] for row in rows(shown, "Step by step")] == [
        "1. Disallow",
        "2. Variance",
        "3. Neutral band",
        "4. Share",
        "5. Cap",
        "6. Split",
        "7. Remainder",
    ]
    assert [row[2:] for row in rows(shown, "Step by step")][3] == ["64,087.63", "25,635.05"]
    assert rows(shown, "What each provider receives or pays") == [
        ["Haven", "45.5%", "11,663.95"],
        ["Beacon", "30.25%", "7,754.60"],
        ["Quay", "24.25%", "6,216.50"],
        ["Together", "100%", "25,635.05"],
    ]


def test_the_range_of_costs_has_this_scenario_in_its_place(ask):
    shown = rows(ask(), "If the year costs less or more")
    assert [row[0] for row in shown] == [
        *("−15%", "−12.5%", "−10%", "−7.5%", "−5%", "−4.67% this scenario", "−2.5%", "0%"),
        *("+2.5%", "+5%", "+7.5%", "+10%", "+12.5%", "+15%"),
    ]
    assert shown[0][1:] == ["2,040,000.00", "120,000.00", "240,000.00"]
    assert shown[5][1:] == ["2,287,912.37", "25,635.05", "86,452.58"]
    assert shown[-1][1:] == ["2,760,000.00", "−36,000.00", "−324,000.00"]
    on_a_row = rows(ask(actual="2,280,000"), "If the year costs less or more")
    assert [row[0] for row in on_a_row if "this scenario" in row[0]] == ["−5% this scenario"]
    assert len(on_a_row) == 13


def test_the_chart_bends_where_the_terms_do_and_says_its_figures(ask):
    figures = rows(ask(), "What each side receives or pays, by what the year costs")
    assert [row[0] for row in figures] == [
        "£2,039,999.99",
        "£2,052,000.00",
        "£2,287,912.37 (this scenario)",
        "£2,352,000.00",
        "£2,400,000.00 (target cost)",
        "£2,448,000.00",
        "£2,508,000.00",
        "£2,760,000.01",
    ]
    assert figures[1][1:] == ["£120,000.00", "£228,000.00"]
    assert figures[6][1:] == ["−£36,000.00", "−£72,000.00"]


def test_pain_disallowed_costs_and_a_missing_cap(ask):
    shown = ask(actual="2,600,000.03", disallowed="69,000", pain_cap="")
    assert sentence(shown) == (
        "If the year costs £2,600,000.03, of which £69,000.00 is not allowed, the providers pay £49,800.02 of the "
        "£131,000.03 above the target, and the commissioners bear £81,200.01."
    )
    assert rows(shown, "Step by step")[4][1] == "There is no limit to what the providers pay."
    assert rows(shown, "What each provider receives or pays")[-1] == ["Together", "100%", "49,800.02"]
    assert "What is not allowed is left out of these costs." in text(shown.get_element_by_id("outcome"))


def test_the_address_that_is_offered_opens_the_same_scenario(ask, client):
    shown = ask(actual="£2 531 000.03", rows="9", disallowed="", name_2='Beacon & Søn, "Ltd"')
    [link] = [one for one in shown.xpath("//a/@href") if one.startswith("/scenario/?")]
    again = client.get(link).content.decode()
    assert sentence(html.fromstring(again)) == sentence(shown)
    assert "&amp; Søn, &quot;Ltd&quot;" in again
    assert "rows=" not in link
    assert "disallowed" not in link


def test_figures_are_read_as_people_write_them(ask):
    assert sentence(ask(target="£2,400,000", actual=" 2287912.37 ", band="2 %", gain_share="40%")) == GAIN


@pytest.mark.parametrize(
    ("answers", "name", "said"),
    [
        ({"target": ""}, "target", "Enter the target cost, which is more than £0.00"),
        ({"target": "0"}, "target", "Target cost must be £0.01 or more"),
        (
            {"target": "10,000,000,000"},
            "target",
            "The amount '10,000,000,000' is larger than the book can hold",
        ),
        ({"actual": "1,2O0"}, "actual", "The amount '1,2O0' has a letter O"),
        ({"actual": "-1"}, "actual", "What the year costs must be £0.00 or more"),
        ({"actual": ""}, "actual", "Enter what the year costs"),
        ({"band": ""}, "band", "Enter the neutral band, 0 if there is none"),
        ({"band": "1,5"}, "band", "Neutral band must be a number from 0 to 100, like 2.5; “1,5” is not"),
        ({"gain_share": "100.01"}, "gain_share", "Share of the gain must be 100 or less"),
        (
            {"pain_share": "-3"},
            "pain_share",
            "Share of the pain must be a number from 0 to 100, like 2.5; “-3” is not",
        ),
        (
            {"pain_cap": "NaN"},
            "pain_cap",
            "Cap on the pain must be a number from 0 to 100, like 2.5; “NaN” is not",
        ),
        (
            {"gain_cap": "٣"},
            "gain_cap",
            "Cap on the gain must be a number from 0 to 100, like 2.5; “٣” is not",
        ),
        (
            {"disallowed": "3,000,000"},
            "disallowed",
            "What is not allowed must be £2,287,912.37 or less: it is a part of what the year costs",
        ),
        ({"share_2": ""}, "share_2", "Enter the share of Beacon, or take its name away"),
        ({"name_3": "haven"}, "name_3", "“haven” is there already"),
        (
            {"share_1": "x"},
            "share_1",
            "Share of provider 1 must be a number from 0 to 1,000,000, like 45.5; “x” is not",
        ),
        (
            {"share_1": "0", "share_2": "0", "share_3": "0"},
            "share_1",
            "Enter a share of more than 0 for at least one provider",
        ),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_question_and_nothing_is_lost(ask, answers, name, said):
    shown = ask(**answers)
    assert problems(shown) == {name: said}
    boxes = {box.get("name"): box.get("value", "") for box in shown.xpath("//main//form//input")}
    assert {one: boxes[one] for one in RULE_38} == RULE_38 | {
        one: value for one, value in answers.items() if one in RULE_38
    }
    assert "Step by step" not in text(shown)
    assert "If the year costs £" not in text(shown)


def test_everything_that_is_wrong_is_said_at_once(ask):
    assert set(problems(ask(target="x", band="y", share_1="z"))) == {"target", "band", "share_1"}


def test_rows_are_added_without_a_script_up_to_twenty(ask):
    def names(shown):
        return [box.get("name") for box in shown.xpath("//input[starts-with(@name, 'name_')]")]

    assert names(ask()) == ["name_1", "name_2", "name_3"]
    more = ask(rows="4")
    assert names(more) == ["name_1", "name_2", "name_3", "name_4"]
    assert more.xpath("//button[@name='rows']/@value") == ["5"]
    assert sentence(more) == GAIN
    for wanted in ("20", "999"):
        full = ask(rows=wanted)
        assert len(names(full)) == 20
        assert full.xpath("//button[@name='rows']") == []
        assert "There is room for 20 providers." in text(full)
    for strange in ("-1", "x", "", "²", "9999"):
        assert len(names(ask(rows=strange))) == 3


def test_a_full_split_of_twenty_sums_to_the_penny(ask):
    many = {f"name_{n}": f"Provider {n}" for n in range(1, 21)} | {f"share_{n}": "1" for n in range(1, 21)}
    shown = rows(ask(**many), "What each provider receives or pays")
    assert len(shown) == 21
    assert [row[2] for row in shown] == ["1,281.76"] * 5 + ["1,281.75"] * 15 + ["25,635.05"]


def test_a_row_without_a_name_is_still_a_provider_and_without_any_row_they_are_one(ask):
    shown = rows(ask(name_2="", name_1=None, share_1=None), "What each provider receives or pays")
    assert [row[0] for row in shown] == ["Provider 2", "Quay", "Together"]
    nobody = {f"{what}_{n}": "" for what in ("name", "share") for n in (1, 2, 3)}
    assert rows(ask(**nobody), "What each provider receives or pays")[0] == [
        "The providers",
        "100%",
        "25,635.05",
    ]


@pytest.mark.parametrize("target", ["0.01", "9,999,999,999.99"])
def test_the_smallest_and_the_largest_figures_are_drawn_too(ask, target):
    for actual, band, percent in product(["0", "9,999,999,999.99"], ["0", "100"], ["0", "100", "0.0001"]):
        shares = {"gain_share": percent, "pain_share": percent, "gain_cap": "100", "pain_cap": ""}
        shown = ask(target=target, actual=actual, band=band, **shares)
        assert sentence(shown).startswith("If the year costs £")
        assert len(rows(shown, "What each side receives or pays, by what the year costs")) >= 2


def test_nobody_needs_an_account_and_nothing_of_any_alliance_is_told(cast, client):
    make_book(cast)
    answer = client.get("/scenario/")
    assert answer.status_code == 200
    shown = html.fromstring(answer.content.decode())
    assert sentence(shown) == GAIN
    assert "The figures are an example." in text(shown)
    for told in ("Haven", "Beacon", "Harbour", "600,000.00"):
        assert told not in text(shown)
    assert client.post("/scenario/").status_code == 405


def test_an_alliance_begins_with_its_budget_and_its_providers_in_the_order_of_the_agreement(cast, client_of):
    make_book(cast)
    address = reverse("ledger:scenario", args=[cast.alliance.slug])
    shown = html.fromstring(client_of(cast.lee).get(address).content.decode())
    assert sentence(shown).startswith("If the year costs £600,000.00, it meets the target exactly")
    assert shown.xpath("//input[starts-with(@name, 'name_')]/@value") == ["Haven Homes", "Beacon Recovery"]
    assert shown.xpath("//input[starts-with(@name, 'share_')]/@value") == ["1", "1"]
    assert "It begins with the budget of 2026–27 as the target" in text(shown)
    assert shown.xpath("//a[@aria-current='page']/text()") == ["Gain and pain"]
    [public] = [one for one in shown.xpath("//main//a/@href") if one.startswith("/scenario/?")]
    assert "target=600,000.00" in public


def test_an_alliance_begins_with_the_terms_that_it_has_agreed(cast, client_of):
    budget = make_book(cast)
    agree_share(budget, {cast.beacon: "60", cast.haven: "40"}, target="500000.00")
    shown = html.fromstring(
        client_of(cast.lee).get(reverse("ledger:scenario", args=[cast.alliance.slug])).content.decode()
    )
    assert "It begins with the terms that are agreed for 2026–27." in text(shown)
    assert shown.xpath("//input[@name='target']/@value") == ["500,000.00"]
    assert shown.xpath("//input[starts-with(@name, 'name_')]/@value") == ["Beacon Recovery", "Haven Homes"]
    assert shown.xpath("//input[starts-with(@name, 'share_')]/@value") == ["60", "40"]


def test_an_alliance_begins_with_the_rate_of_the_year_when_there_is_one(cast, client_of):
    make_book(cast)
    post_return(cast, [cost("20000.00", day="05/10/2026")], OCTOBER)
    post_return(cast, [cost("22500.00", day="05/10/2026")], OCTOBER, participant=cast.beacon, by=cast.rosa)
    shown = html.fromstring(
        client_of(cast.pat).get("/alliances/harbour-alliance/book/scenario/").content.decode()
    )
    assert sentence(shown).startswith("If the year costs £510,000.00, the providers receive £")


def test_an_alliance_without_a_book_begins_with_the_example(cast, client_of):
    shown = html.fromstring(
        client_of(cast.ari).get("/alliances/harbour-alliance/book/scenario/").content.decode()
    )
    assert sentence(shown) == GAIN
    assert shown.xpath("//input[starts-with(@name, 'name_')]/@value") == ["Haven Homes", "Beacon Recovery"]


def test_a_scenario_that_says_everything_asks_the_book_nothing(cast, client_of):
    """A slider asks often."""
    make_book(cast)
    pat, address = client_of(cast.pat), "/alliances/harbour-alliance/book/scenario/"
    asked = RULE_38 | {"disallowed": ""}
    assert sentence(html.fromstring(pat.get(address, asked).content.decode())) == GAIN
    with CaptureQueriesContext(connection) as said:
        pat.get(address, asked)
    assert [one["sql"] for one in said if "ledger_" in one["sql"]] == []
    with CaptureQueriesContext(connection) as said:
        pat.get(address)
    assert [one["sql"] for one in said if "ledger_" in one["sql"]] != []


def test_a_link_may_ask_for_one_figure_and_leave_the_rest_as_it_begins(client):
    shown = html.fromstring(client.get("/scenario/?actual=2531000.03").content.decode())
    assert "the providers pay £36,000.00" in sentence(shown)
    shown = html.fromstring(client.get("/scenario/?name_1=Solo&share_1=3").content.decode())
    assert [row[0] for row in rows(shown, "What each provider receives or pays")] == ["Solo", "Together"]


def test_htmx_gets_the_result_and_what_follows_from_it_alone(client):
    part = {"HX-Request": "true", "HX-Target": "outcome"}
    said = client.get("/scenario/", RULE_38, headers=part).content.decode()
    assert "<h1" not in said
    assert "<form" not in said
    assert said.count('id="outcome"') == said.count('id="result"') == 1
    assert 'hx-swap-oob="innerHTML"' in said
    assert GAIN in said
    wrong = client.get("/scenario/", RULE_38 | {"target": ""}, headers=part).content.decode()
    assert (
        '<a class="govuk-link" href="#id_target">Enter the target cost, which is more than £0.00</a>' in wrong
    )
    assert "Put this right to see what the year comes to" in wrong
    assert "Step by step" not in wrong
    assert "hx-swap-oob" not in client.get("/scenario/", RULE_38).content.decode()


def test_a_page_that_says_what_is_wrong_waits_for_the_button(ask):
    """Its sentences stand at the questions, which a part of the page would not take away."""
    assert ask().xpath("//main//form/@hx-get") == ["/scenario/"]
    assert ask(target="x").xpath("//main//form/@hx-get") == []
