"""Home and the record: as many queries for three of everything as for one (house 38)."""

import pytest
from django.urls import reverse

from tests.factories import learning as learn
from tests.factories.decisions import make_draft, make_proposal, make_risk
from tests.factories.ledger import OCTOBER, cost, make_book, send_return

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[1, 3])
def things(request, cast):
    """So many of everything that can wait on somebody, or happen."""
    make_book(cast)
    for n in range(request.param):
        make_proposal(cast.haven, cast.pat)
        make_proposal(cast.council, cast.carol)
        make_draft(cast.haven, cast.pat)
        make_risk(cast.alliance, cast.stan)
        send_return(cast, [cost("1.00")], reference=f"ready {n}")
        send_return(cast, [cost("1.00", category="Sundries")], OCTOBER, reference=f"wrong {n}")
        learn.open_action(cast.alliance, cast.lena, cast.pat)
        learn.propose(cast.alliance, cast.pat)
        learn.running(cast.alliance, cast.lee, cast.lena)
    return request.param


def test_home_asks_as_much_for_three_of_everything_as_for_one(
    cast, client_of, things, django_assert_num_queries
):
    client, address = client_of(cast.pat), cast.alliance.get_absolute_url()
    page = client.get(address).context
    on_me, on_us, _ = (len(found) for _, found in page["groups"])
    assert (on_me, on_us) == (5 * things + 1, 2 * things)  # all risks to accept are one thing to do
    with django_assert_num_queries(20):
        client.get(address)


@pytest.mark.parametrize("query", ["", "?before=9"])
def test_the_record_asks_as_much_for_three_of_everything_as_for_one(
    cast, client_of, things, query, django_assert_num_queries
):
    client, address = client_of(cast.ari), reverse("record", args=[cast.alliance.slug])
    with django_assert_num_queries(10):
        client.get(address + query)
