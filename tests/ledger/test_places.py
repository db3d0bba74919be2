"""The ways through the book: its places, the rooms of each, and which of them a page is in."""

import pytest
from django.urls import reverse
from lxml import html

from ledger.urls import urlpatterns
from ledger.views.shared import PLACES
from tests.factories.ledger import make_book
from tests.test_doors import INSIDE

ROOMS = [room for _, rooms in PLACES for room in rooms]
PAGES = [name for _, enters, pages in ROOMS for name in (enters, *pages)]


def test_each_page_of_the_book_is_in_one_room():
    shown = {door.name.removeprefix("ledger:") for door in INSIDE if door.get is not None}
    routes = {one.name for one in urlpatterns if "." not in str(one.pattern)}
    files = {"file", "evidence", "accrual_evidence"}
    assert len(PAGES) == len(set(PAGES))
    assert set(PAGES) <= {one.name for one in urlpatterns}
    assert (routes & shown) - files <= set(PAGES)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "place", "rooms"),
    [
        ("journals", "The book", ["Where it stands", "Journals", "Does it add up?"]),
        ("own_books", "Cost returns", ["Returns", "Own books"]),
        ("payments", "Payments", []),
    ],
)
def test_a_page_says_its_place_and_its_room(cast, client_of, name, place, rooms):
    make_book(cast)
    address = reverse(f"ledger:{name}", args=[cast.alliance.slug])
    (nav,) = html.fromstring(client_of(cast.ari).get(address).content).xpath("//nav[@class='subnav']")
    assert nav.xpath("./details/summary/strong/text()") == [place]
    assert nav.xpath("./ul[1]/li/a/text()") == [label for label, _ in PLACES]
    assert nav.xpath("./ul[2]/li/a/text()") == rooms
    assert nav.xpath(".//a[@aria-current='true']/text()") == ([place] if rooms else [])
    assert nav.xpath(".//a[@aria-current='page']/@href") == [address]
