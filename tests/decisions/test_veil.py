"""Independent until all have answered: the leak is made possible, then shown absent, on every page there is."""

from datetime import timedelta

import pytest
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from alliance.assurance.services import gather_report, request_report
from alliance.core import invariants
from alliance.core.periods import Quarter
from alliance.core.refusals import NotAllowed, NotPossible
from decisions import services
from decisions.models import Decision, Position, Proposal
from decisions.veil import is_down, over, veiled
from decisions.waiting import waiting_on
from participants.models import Alliance
from participants.standing import standing
from tests.factories.decisions import answer, make_proposal, object_to, reword, tell_on_behalf

pytestmark = pytest.mark.django_db
REMEDY, CONCERN, ADDED, SHOWN = (
    "Zebra beds for all.",
    "Walrus noise at night.",
    "Quokka thanks.",
    "Ibis rang.",
)
TELLING = [
    REMEDY, CONCERN, ADDED, SHOWN, "Agrees", "Objects", "agrees to", "objects to", "Objection 1", "objection 1",
    "objection by", "Open, objection", "has not answered", "have not yet", "has not yet", "recorded on behalf",
]  # fmt: skip


@pytest.fixture
def proposal(cast) -> Proposal:
    """Haven objects, the council agrees; Beacon has not answered."""
    Alliance.objects.filter(pk=cast.alliance.pk).update(independent=True)
    cast.alliance.refresh_from_db()
    proposal = make_proposal(cast.council, cast.carol)
    answer(proposal, cast.council, cast.carol, reason=ADDED)
    object_to(proposal, cast.haven, cast.pat, concern=CONCERN, remedy=REMEDY)
    return proposal


def whole(proposal: Proposal) -> Proposal:
    return Proposal.objects.with_positions().get(pk=proposal.pk)


def pages(cast, proposal) -> list[str]:
    """Every address that answers a GET and can be written with what there is, but those that say the same to all."""
    known = {
        "alliance": "harbour-alliance",
        "number": proposal.number,
        "version": 1,
        "objection": 1,
        "position": Position.objects.order_by("pk").last().pk,
        "form": "json",
        "participant": "haven",
    }

    def walk(patterns, named=""):
        for one in patterns:
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, f"{named}{one.namespace}:" if one.namespace else named)
            elif isinstance(one, URLPattern) and one.name:
                yield f"{named}{one.name}", one.pattern.converters

    found = ["/"]
    for name, converters in walk(get_resolver().url_patterns):
        if name.startswith(("account_", "mfa_", "accept_invitation")):
            continue
        try:
            address = reverse(
                name, kwargs={"alliance": "harbour-alliance"} | {one: known[one] for one in converters}
            )
        except (NoReverseMatch, KeyError):
            try:
                address = reverse(name, kwargs={one: known[one] for one in converters})
            except (NoReverseMatch, KeyError):
                continue
        found.append(address)
    same_to_all = ("/guide/", "/help/", "/letters/")
    return [one for one in found if not one.endswith(same_to_all) and "/help/" not in one]


def read(client, address) -> str:
    answered = client.get(address)
    if answered.status_code != 200:
        return ""
    content = b"".join(answered) if answered.streaming else answered.content
    return content.decode(errors="replace")


def leaks(client, cast, proposal) -> list[str]:
    told = {address: read(client, address) for address in pages(cast, proposal)}
    return [
        f"{address}: {words}"
        for address, page in told.items()
        for words in TELLING
        if words in page and not (words in ("Agrees", "Objects") and "on-behalf" in address)
    ]


def test_the_pages_do_tell_it_to_somebody_who_has_answered(cast, proposal, client_of):
    told = "\n".join(leaks(client_of(cast.carol), cast, proposal))
    for words in (REMEDY, CONCERN, ADDED, "Objects", "objects to", "Open, objection"):
        assert words in told, words
    assert len(pages(cast, proposal)) > 30


@pytest.mark.parametrize("who", ["rosa", "finn", "lee", "bea", "ari"])
def test_no_page_tells_it_to_anybody_who_has_not(cast, proposal, client_of, who):
    """Rosa has not answered; Finn works for Haven, which has, and does not speak for it."""
    assert leaks(client_of(getattr(cast, who)), cast, proposal) == []


def test_nor_what_was_recorded_on_behalf(cast, client_of, proposal):
    other = make_proposal(cast.council, cast.carol)
    tell_on_behalf(other, cast, participant=cast.haven, said_by=cast.pat, by=cast.carol, evidence=SHOWN)
    assert any(SHOWN in one for one in leaks(client_of(cast.pat), cast, other))
    assert leaks(client_of(cast.rosa), cast, other) == []


def test_says_how_many_have_answered_and_when_it_shows(cast, proposal, client_of):
    page = client_of(cast.rosa).get(proposal.get_absolute_url()).content.decode()
    assert "2 of 3 have answered. Where they stand is shown when all have answered." in page
    assert "An answer was given on proposal 1; it is shown when all have answered." in page
    assert "Not shown yet" in page


def test_lifts_for_whoever_answers_and_for_all_when_all_have(cast, proposal, client_of):
    assert veiled(whole(proposal), standing(cast.rosa, cast.alliance))
    answer(proposal, cast.beacon, cast.rosa, "abstain")
    assert not is_down(whole(proposal))
    assert CONCERN in client_of(cast.lee).get(proposal.get_absolute_url()).content.decode()


def test_falls_again_when_the_wording_changes_and_keeps_ones_own_objection_in_sight(
    cast, proposal, client_of
):
    reword(proposal, cast.carol)
    assert veiled(whole(proposal), standing(cast.carol, cast.alliance))
    assert CONCERN not in client_of(cast.carol).get(proposal.get_absolute_url()).content.decode()
    assert CONCERN in client_of(cast.pat).get(proposal.get_absolute_url()).content.decode()


def test_lifts_when_the_time_is_over_and_in_a_deadlock(cast, proposal, monkeypatch):
    services.declare_deadlock(proposal=proposal, participant=cast.council, reason="Stuck.", by=cast.carol)
    assert not is_down(whole(proposal))
    other = make_proposal(cast.council, cast.carol)
    assert is_down(whole(other))
    late = timezone.now() + timedelta(days=90)
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)
    assert not is_down(whole(other))


def test_the_setting_is_the_one_of_the_day_it_opened(cast, proposal):
    other = whole(proposal)
    assert other.independent
    with pytest.raises(Exception, match="frozen when it opens"):
        Proposal.objects.filter(pk=proposal.pk).update(independent=False)


def test_the_record_is_not_downloaded_by_somebody_who_has_not_answered(cast, proposal, client_of):
    address = reverse("record_export", args=["harbour-alliance"])
    refused = client_of(cast.rosa).post(address)
    assert refused.status_code == 409
    assert "is not shown before you have answered" in refused.content.decode()
    page = client_of(cast.rosa).get(reverse("record", args=["harbour-alliance"])).content.decode()
    assert "is not shown before you have answered" in page
    assert client_of(cast.carol).post(address).status_code == 200


def test_what_is_handed_over_holds_nothing_of_the_others(cast, proposal):
    seen = over(whole(proposal), standing(cast.rosa, cast.alliance))
    assert [one.position for one in seen.tally.stands] == [None, None, None]
    assert (list(seen.positions.all()), list(seen.objections.all())) == ([], [])
    assert (seen.tally.blocks, seen.tally.is_agreed) == ([], False)


def test_a_report_counts_and_names_nobody(cast, proposal):
    running = Quarter.containing(timezone.localdate())
    report = request_report(alliance=cast.alliance, quarter=running, by=cast.carol)
    invariants.self_check(cast.alliance.pk)
    told = str(gather_report(report=report).contents.decisions.undecided)
    assert "2 of 3 have answered" in told
    for words in ("Haven", "Council", REMEDY):
        assert words not in told


def test_the_seal_shows_everything(cast, proposal, client_of):
    services.resolve_objection(objection=proposal.objections.get(), resolution="Heard.", by=cast.pat)
    answer(proposal, cast.haven, cast.pat)
    answer(proposal, cast.beacon, cast.rosa)
    page = client_of(cast.lee).get(Decision.objects.get().get_absolute_url()).content.decode()
    assert CONCERN in page
    assert ADDED in page


def test_the_page_of_a_resolution_is_as_absent_as_one_that_was_never_raised(cast, proposal, client_of):
    for number in (1, 2):
        at = reverse("decisions:resolve_objection", args=["harbour-alliance", proposal.number, number])
        assert client_of(cast.rosa).get(at).status_code == 404
    at = reverse("decisions:resolve_objection", args=["harbour-alliance", proposal.number, 1])
    assert client_of(cast.pat).get(at).status_code == 200
    assert client_of(cast.carol).get(at).status_code == 403


def test_a_change_of_the_wording_does_not_tell_who_had_answered(cast, proposal, client_of):
    reword(proposal, cast.carol)
    lapsed = "The answers of Harbour City Council and Haven Homes lapsed"
    for name in ("rosa", "lee"):
        for address in (proposal.get_absolute_url(), reverse("record", args=["harbour-alliance"]), "/"):
            page = client_of(getattr(cast, name)).get(address, follow=True).content.decode()
            assert "lapsed" not in page, (name, address)
    assert "changed the wording to" in client_of(cast.rosa).get(proposal.get_absolute_url()).content.decode()
    answer(proposal, cast.beacon, cast.rosa)
    assert lapsed in client_of(cast.rosa).get(proposal.get_absolute_url()).content.decode()


def test_the_file_of_facts_does_not_count_what_is_said_about_a_hidden_objection(cast, proposal, client_of):
    objection = proposal.objections.get()
    services.comment(proposal=proposal, words="A remark.", by=cast.carol)
    services.comment(proposal=proposal, words="Why?", is_question=True, objection=objection, by=cast.carol)
    at = reverse("decisions:proposal_facts", args=["harbour-alliance", proposal.number, "json"])
    counted = {name: client_of(getattr(cast, name)).get(at).json() for name in ("rosa", "carol")}
    assert [(told["comments"], told["questions"]) for told in counted.values()] == [(1, 0), (1, 1)]


def test_a_steward_is_not_told_whose_objection_it_is(cast, proposal):
    services.name_steward(objection=proposal.objections.get(), person=cast.rosa, by=cast.pat)
    services.name_steward(objection=proposal.objections.get(), person=cast.rosa, by=cast.carol)
    told = [one.why for one in waiting_on(standing(cast.rosa, cast.alliance))]
    assert not any("Haven" in why for why in told), told
    answer(proposal, cast.beacon, cast.rosa, "abstain")
    told = [one.why for one in waiting_on(standing(cast.rosa, cast.alliance))]
    assert "You look after Haven’s objection 1, which stands." in told


def test_recording_on_behalf_does_not_tell_who_has_spoken_and_who_objects(cast, proposal):
    """The same sentence whether the participant agreed or objects, to a typist who has not answered."""
    said = {"by": cast.rosa, "evidence_file": None}
    with pytest.raises(NotPossible) as agreed:
        tell_on_behalf(proposal, cast, **said)
    with pytest.raises(NotPossible) as objects:
        tell_on_behalf(proposal, cast, participant=cast.haven, said_by=cast.pat, **said)
    assert str(agreed.value).replace("Council", "Haven") == str(objects.value)
    assert "spoken" not in str(agreed.value)
    answer(proposal, cast.beacon, cast.rosa, "abstain")
    with pytest.raises(NotPossible, match="has spoken for itself"):
        tell_on_behalf(proposal, cast, **said)


def test_a_deadlock_is_no_probe_for_somebody_who_has_not_answered(cast, proposal, client_of):
    calm = make_proposal(cast.council, cast.carol)
    answer(calm, cast.council, cast.carol)
    at = {
        one: reverse("decisions:declare_deadlock", args=["harbour-alliance", one.number])
        for one in (calm, proposal)
    }
    tried = [
        client_of(cast.rosa).post(at[one], {"participant": cast.beacon.pk, "reason": "A probe."})
        for one in (calm, proposal)
    ]
    assert [one.status_code for one in tried] == [403, 403]
    assert not whole(proposal).has_deadlock
    with pytest.raises(NotAllowed, match="Answer first"):
        services.declare_deadlock(proposal=proposal, participant=cast.beacon, reason="A probe.", by=cast.rosa)
    answer(proposal, cast.beacon, cast.rosa, "abstain")
    assert services.declare_deadlock(
        proposal=proposal, participant=cast.beacon, reason="Stuck.", by=cast.rosa
    )
