"""The register finds by class, state, principle, participant, period and words, and asks no more for more."""

import pytest
from django.urls import reverse
from django.utils import timezone

from decisions import services
from decisions.case import Bearing, Effect
from participants.models import Principle
from tests.factories.decisions import answer, make_case, make_decision, make_draft, make_proposal, object_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def titles(cast, client_of):
    def found(query: str, by=None) -> set[str]:
        page = client_of(by or cast.pat).get(
            f"{reverse('decisions:register', args=[cast.alliance.slug])}?{query}"
        )
        return {one.title for one in page.context["lines"]}

    return found


def everybody(cast):
    return {cast.haven: cast.pat, cast.council: cast.carol, cast.beacon: cast.rosa}


def test_by_who_put_it(cast, titles):
    make_proposal(cast.haven, cast.pat, title="Haven’s")
    make_proposal(cast.council, cast.carol, title="The council’s")
    assert titles("by=haven") == {"Haven’s"}
    assert titles("by=nobody-at-all") == {"Haven’s", "The council’s"}


def test_by_class(cast, titles):
    make_proposal(cast.haven, cast.pat, title="Key")
    assert titles("kind=key") == {"Key"}
    assert titles("kind=reserved") == set()


def test_by_the_principle_that_it_touches(cast, titles):
    openness = Principle.objects.current().get(alliance=cast.alliance, letter="e")
    case = make_case(cast.alliance, title="Touches (e)")
    case.tests[openness.pk] = Bearing(Effect.TENSION, "The figures are shown later.")
    services.propose(alliance=cast.alliance, participant=cast.haven, case=case, by=cast.pat)
    other = make_case(cast.alliance, title="Does not")
    other.tests[openness.pk] = Bearing(Effect.NOT_ENGAGED, "No figures are touched.")
    services.propose(alliance=cast.alliance, participant=cast.haven, case=other, by=cast.pat)
    assert titles("principle=e") == {"Touches (e)"}


def test_by_the_period_in_which_it_was_opened_or_decided(cast, titles):
    make_proposal(cast.haven, cast.pat, title="Now")
    year = cast.alliance.financial_year()
    assert titles(f"period={year.slug}") == {"Now"}
    before = year.previous
    assert titles(f"period={before.slug}") in (
        {"Now"},
        set(),
    )  # a year before the alliance began is no choice


def test_filters_hold_together_and_stay_in_the_address(cast, titles, client_of):
    make_decision(cast.haven, everybody(cast), title="A shelter")
    make_proposal(cast.council, cast.carol, title="A van")
    assert titles("state=agreed&by=haven") == {"A shelter"}
    page = client_of(cast.pat).get(
        f"{reverse('decisions:register', args=[cast.alliance.slug])}?by=haven&q=shelter"
    )
    assert 'value="shelter"' in page.content.decode()
    assert page.context["form"].asks_more


def test_a_draft_is_found_by_its_own_people_only(cast, titles):
    make_draft(cast.haven, cast.pat, title="Not yet")
    assert titles("state=draft") == {"Not yet"}
    assert titles("state=draft", by=cast.rosa) == set()


def test_tells_in_a_line_what_came_of_it(cast, client_of):
    make_decision(cast.haven, everybody(cast), title="A shelter")
    page = client_of(cast.lee).get(reverse("decisions:register", args=[cast.alliance.slug]))
    (line,) = page.context["lines"]
    today = timezone.localdate()
    assert (line.number, line.tag[0], line.words) == (
        "Decision 1",
        "Agreed and sealed",
        f"{today:%-d %B %Y}",
    )


def test_nonsense_in_the_address_filters_nothing(cast, titles):
    make_proposal(cast.haven, cast.pat, title="One")
    assert titles("period=1066&principle=%00&kind=x&state=y&by=&q=") == {"One"}


@pytest.mark.parametrize("rows", [1, 3])
def test_mixed_rows_ask_a_constant_number_of_questions(cast, client_of, django_assert_num_queries, rows):
    for number in range(rows):
        make_decision(cast.haven, everybody(cast), title=f"Decided {number}")
        one = make_proposal(cast.council, cast.carol, title=f"Open {number}")
        answer(one, cast.council, cast.carol)
        object_to(one, cast.beacon, cast.rosa)
    lee = client_of(cast.lee)
    with django_assert_num_queries(QUERIES):
        lee.get(reverse("decisions:register", args=[cast.alliance.slug]))


QUERIES = 15
