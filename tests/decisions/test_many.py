"""The pages of deciding together ask as much with 300 positions, comments and decisions as with 3 (house 38)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from alliance.core.models import Words
from decisions import bulk
from decisions.models import Comment, Decision, Position, Proposal
from participants.models import Participant, RoleAppointment
from tests.factories.decisions import make_case
from tests.factories.participants import give_role, make_participant

pytestmark = pytest.mark.django_db


def put(cast, number: int, *, hours: int, silent: int = 0) -> None:
    """So many proposals, to which everybody agrees but the last `silent` on the roll."""
    roll = list(Participant.objects.filter(alliance=cast.alliance).order_by("place"))
    speaking = RoleAppointment.objects.filter(role="representative", participant__in=roll)
    voices = list(speaking.select_related("person", "participant").order_by("participant__place"))
    puts = (
        bulk.Put(
            case=make_case(cast.alliance, title=f"Shall we have a {place}th bed?"),
            by=voices[0],
            at=timezone.now() - timedelta(hours=hours),
            agreeing=tuple(voices[: len(voices) - silent]),
        )
        for place in range(number)
    )
    bulk.load_decisions(cast.alliance, puts, roll)


def talk(cast, number: int) -> None:
    """So many remarks on the open proposal that was put last."""
    proposal = Proposal.objects.open().latest("number")
    said = Comment.objects.filter(proposal=proposal).count()
    Comment.objects.bulk_create(
        Comment(
            alliance=cast.alliance,
            proposal=proposal,
            number=said + place,
            words=Words.write(cast.alliance.pk, f"Remark {place}"),
            written_at=timezone.now(),
            written_by=cast.lee,
            written_by_name=cast.lee.name,
        )
        for place in range(1, number + 1)
    )


@pytest.fixture
def three(cast):
    put(cast, 3, hours=3)
    put(cast, 1, hours=2, silent=1)
    talk(cast, 3)


@pytest.fixture
def three_hundred(cast):
    """Decisions, and remarks on the open proposal."""
    put(cast, 300, hours=3)
    put(cast, 1, hours=2, silent=1)
    talk(cast, 300)


@pytest.fixture
def sixty_houses(cast):
    """Each answers five open proposals, but for one, and the three that were sealed before."""
    for place in range(57):
        give_role(
            cast.alliance, cast.pat, "representative", make_participant(cast.alliance, f"House {place}")
        )
    put(cast, 3, hours=3)
    put(cast, 5, hours=2, silent=1)
    talk(cast, 3)


def pages(cast) -> dict[str, str]:
    here = [cast.alliance.slug]
    return {
        "home": reverse("alliance_home", args=here),
        "register": reverse("decisions:register", args=here),
        "open": Proposal.objects.open().latest("number").get_absolute_url(),
        "sealed": Decision.objects.latest("number").get_absolute_url(),
    }


ASKED = {"home": 12, "register": 14, "open": 17, "sealed": 16}


@pytest.mark.slow
@pytest.mark.parametrize("many", ["three", "three_hundred", "sixty_houses"])
def test_a_page_asks_as_much_for_hundreds_as_for_three(
    cast, client_of, request, many, django_assert_num_queries
):
    request.getfixturevalue(many)
    counted = (Decision.objects.count(), Position.objects.filter(proposal__state="open").count())
    assert counted == {"three": (3, 2), "three_hundred": (300, 2), "sixty_houses": (3, 295)}[many]
    rosa = client_of(cast.rosa)
    for name, address in pages(cast).items():
        with django_assert_num_queries(ASKED[name], info=name):
            assert rosa.get(address).status_code == 200
