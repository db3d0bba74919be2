"""The same by the same person within a minute is the same one; and lists that do not grow without end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from alliance.core.models import Document
from alliance.core.paging import A_PAGE
from decisions import services
from decisions.case import Case
from decisions.models import Position, Proposal
from decisions.views import meetings as views
from tests.factories.conflicts import make_interest
from tests.factories.decisions import again, make_case, make_decision, make_proposal
from tests.factories.effects import draft_reserved, found_matter
from tests.factories.meetings import call

pytestmark = pytest.mark.django_db


class TestDrafts:
    def begin(self, cast, **changes) -> Proposal:
        facts = {
            "alliance": cast.alliance,
            "participant": cast.haven,
            "case": Case(title="A van?"),
            "by": cast.pat,
        }
        return services.draft_proposal(**facts | changes)

    def test_the_same_again_is_the_same_one(self, cast):
        assert self.begin(cast) == self.begin(cast)
        assert Proposal.objects.count() == 1

    def test_another_person_another_question_or_another_sort_is_another_draft(self, cast):
        self.begin(cast)
        self.begin(cast, by=cast.dev)
        self.begin(cast, case=Case(title="Two vans?"))
        self.begin(cast, template="service")
        self.begin(cast, answer_by=timezone.localdate() + timedelta(days=9))
        assert Proposal.objects.count() == 5

    def test_a_minute_later_it_is_meant(self, cast, time_machine):
        first = self.begin(cast)
        time_machine.move_to(timezone.now() + timedelta(seconds=61))
        assert self.begin(cast) != first

    def test_what_was_opened_or_discarded_is_not_begun_again(self, cast):
        case = make_case(cast.alliance)
        opened = services.open_proposal(proposal=self.begin(cast, case=case), by=cast.pat)
        second = self.begin(cast, case=case)
        services.discard_draft(proposal=second, by=cast.pat)
        assert len({opened, second, self.begin(cast, case=case)}) == 3

    def test_a_decision_of_one_person(self, cast):
        matter = found_matter(cast.council)
        assert draft_reserved(matter, cast.carol) == draft_reserved(matter, cast.carol)
        assert draft_reserved(matter, cast.carol, title="Another one") != draft_reserved(matter, cast.carol)

    def test_a_successor_is_the_one_that_was_begun_with_what_was_written_into_it(self, cast):
        voices = {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}
        decision = make_decision(cast.council, voices)
        facts = {"decision": decision, "participant": cast.haven, "by": cast.pat}
        first = services.draft_successor(**facts)
        services.save_draft(proposal=first, case=replace(first.case, title="Two vans?"), by=cast.pat)
        assert services.draft_successor(**facts).title == "Two vans?"
        assert services.draft_successor(**facts | {"by": cast.dev}) != first

    def test_the_page_leads_to_the_draft_that_is_there(self, cast, client_of):
        url = reverse("decisions:propose", args=[cast.alliance.slug])
        said = {"participant": cast.haven.pk, "template": "question"}
        first, second = (client_of(cast.pat).post(url, said) for _ in range(2))
        assert (first.status_code, first.url) == (303, second.url)


def test_a_file_is_kept_only_with_the_answer_that_it_shows(cast, client_of):
    """A refused try keeps nothing of what came with it."""
    proposal = make_proposal(cast.council, cast.carol)
    url = reverse("decisions:record_on_behalf", args=[cast.alliance.slug, proposal.number])

    def say(**changes):
        said = {
            "voice": cast.pat.appointments.get().pk,
            "heard": "telephone",
            "evidence": "Pat rang at ten.",
            "stance": "agree",
            "shown": again(proposal).current_wording.hash,
            "evidence_file": SimpleUploadedFile("note.txt", b"Pat: yes."),
        }
        return client_of(cast.carol).post(url, said | changes)

    for _ in range(3):
        assert say(shown="0" * 64).status_code == 422
    assert not Document.objects.exists()
    assert say().status_code == 303
    assert Position.objects.get().evidence_file == Document.objects.get()


class TestLists:
    def test_the_calendar_tells_a_year_back_and_not_more_than_so_many(self, cast, client_of, monkeypatch):
        now = timezone.now()
        for days in (-400, -300, 5, 6):
            call(cast.alliance, cast.carol, starts_at=now + timedelta(days=days))
        for n in range(3):
            make_proposal(cast.council, cast.carol, title=f"Shall we {n}?")
        url = reverse("decisions:calendar", args=[cast.alliance.slug])

        def entries() -> int:
            return client_of(cast.pat).get(url).content.count(b"BEGIN:VEVENT")

        assert entries() == 3 + 3
        monkeypatch.setattr(views, "MANY", 2)
        assert entries() == 2 + 2

    def test_the_register_of_interests_has_pages_and_those_of_one_organisation(self, cast, client_of):
        for n in range(A_PAGE):
            make_interest(cast.pat, cast.alliance, cast.haven, what=f"Pat’s share number {n}.")
        make_interest(cast.rosa, cast.alliance, cast.beacon, what="Rosa’s sister lets rooms.")
        url, ari = reverse("decisions:interests", args=[cast.alliance.slug]), client_of(cast.ari)
        first, second = (ari.get(url, {"page": page}).content.decode() for page in (1, 2))
        assert first.count("Pat’s share") == A_PAGE
        assert "Page 1 of 2" in first
        assert ("Rosa’s sister" in first, "Rosa’s sister" in second) == (False, True)
        beacons = ari.get(url, {"of": "beacon"}).content.decode()
        assert ("Rosa’s sister" in beacons, "Pat’s share" in beacons) == (True, False)
        councils = ari.get(url, {"of": "council"}).content.decode()
        assert "Harbour City Council" in councils
        assert "No interest is declared yet" in councils
