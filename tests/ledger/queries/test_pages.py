"""Queries in the browser: from the line to the settlement, their list, and who sees them."""

import csv
import io

import pytest

from ledger.models import Query
from ledger.services import answer_query, settle_query
from tests.factories.ledger import ask, entry_of

pytestmark = pytest.mark.django_db


def test_a_query_in_the_browser_from_the_line_to_its_settlement(cast, posted, client_of, says, url):
    line = entry_of(posted).line
    number = posted.journal.number
    address = url("ask", number, line)
    assert address in says(cast.rosa, url("lines"))
    assert address in says(cast.rosa, url("journal", number))
    assert address in says(cast.rosa, url("row", posted.number, 2))
    assert address not in says(cast.finn, url("row", posted.number, 2))
    assert address not in says(cast.ari, url("lines"))
    assert "Ask Haven Homes about this line" in says(cast.rosa, address)
    rosa, finn = client_of(cast.rosa), client_of(cast.finn)
    answer = rosa.post(address, {"asking": cast.beacon.pk, "words": ""})
    assert answer.status_code == 422
    assert "Enter what you want to know" in answer.content.decode()
    answer = rosa.post(address, {"asking": cast.beacon.pk, "words": "Which <stairs>?"})
    asked = Query.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, asked.get_absolute_url())
    page = says(cast.bea, asked.get_absolute_url())
    assert "Beacon Recovery asks Haven Homes about a line of November 2026" in page
    assert "Which &lt;stairs&gt;?" in page
    assert "The finance lead or a representative of Haven Homes answers." in page
    assert "1 query, unresolved" in says(cast.lee, url("lines"))
    assert "1 query, unresolved" in says(cast.lee, url("row", posted.number, 2))
    assert "1 query on a line is unresolved, without an answer; it was asked today." in says(
        cast.lee, url("book")
    )
    assert "1 unresolved query<" in says(cast.lee, url("book"))
    answer = finn.post(url("reply", 1), {"then": "answer", "words": ""})
    assert answer.status_code == 422
    assert "Enter your answer" in answer.content.decode()
    assert finn.post(url("reply", 1), {"then": "settle", "words": ""}).status_code == 422
    assert finn.post(url("reply", 1), {"then": "answer", "words": "Both."}).status_code == 303
    assert "Whether that is enough is for Beacon Recovery to say" in says(cast.lee, url("query", 1))
    assert "Ask again" in says(cast.rosa, url("query", 1))
    assert rosa.post(url("reply", 1), {"then": "ask_again", "words": ""}).status_code == 422
    assert rosa.post(url("reply", 1), {"then": "settle", "words": "Thank you."}).status_code == 303
    assert "Thank you." in says(cast.lee, url("query", 1))
    assert rosa.post(url("reply", 1), {"then": "settle", "words": "x"}).status_code == 409
    assert "No query on a line" not in says(cast.lee, url("book"))
    assert "1 query<" in says(cast.lee, url("lines"))


def test_the_list_is_filtered_by_what_the_address_says(cast, posted, asked, says, client_of, url):
    other = ask(posted, cast.council, cast.carol, words="And this?", row=3)
    answer_query(query=other, words="Lunch.", by=cast.finn)
    settle_query(query=other, by=cast.carol)
    page = says(cast.ari, url("queries"))
    assert "1 query is unresolved." in page
    assert "Beacon asks Haven" in page
    assert "Council asks Haven" in page

    def numbers(query: str) -> list[int]:
        return [one.number for one in client_of(cast.ari).get(f"{url('queries')}?{query}").context["queries"]]

    assert numbers("") == [2, 1]
    assert numbers("state=open") == [1]
    assert numbers("state=settled") == [2]
    assert numbers("asking=council") == numbers("line=peer-support") == [2]
    assert numbers("participant=beacon") == []
    assert numbers(f"about={posted.journal.number}.{asked.line}") == [1]
    assert numbers("state=nonsense&line=%00&about=9.x&before=zz") == [2, 1]
    assert numbers("before=2") == [1]
    answer = client_of(cast.ari).get(f"{url('queries_csv')}?state=open")
    (row,) = csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig")))
    assert (row["Query"], row["State"], row["Asked by"], row["Age in days"]) == (
        "1",
        "Asked",
        "Beacon Recovery",
        "0",
    )


def test_queries_come_a_page_at_a_time_without_a_gap(cast, posted, client_of, url):
    for n in range(52):
        ask(posted, cast.beacon, cast.rosa, words=f"Question {n}")
    first = client_of(cast.ari).get(url("queries") + "?state=open").context
    rest = client_of(cast.ari).get(url("queries") + first["older"]).context
    seen = [one.number for page in (first, rest) for one in page["queries"]]
    assert seen == list(range(52, 0, -1))


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "count"), [("queries", 11), ("query", 10)])
def test_pages_take_as_many_queries_with_three_as_with_one(
    cast, posted, asked, client_of, url, rows, name, count, django_assert_num_queries
):
    for n in range(rows - 1):
        ask(posted, cast.beacon, cast.rosa, words=f"More {n}")
    for n in range(rows):
        answer_query(query=asked, words=f"Stairs {n}", by=cast.finn)
    client = client_of(cast.ari)
    address = url(name) if name == "queries" else url(name, 1)
    client.get(address)
    with django_assert_num_queries(count):
        client.get(address)


def test_a_stranger_does_not_learn_that_there_is_a_query(cast, asked, says, url):
    for address in (url("queries"), url("query", 1), url("queries_csv"), url("ask", 2, 1)):
        says(cast.stranger, address, status=404)


def test_what_is_not_there_is_a_404(cast, asked, says, url):
    for address in (url("query", 10**12), url("ask", 1, 10**12), url("ask", 10**12, 1)):
        says(cast.rosa, address, status=404)
