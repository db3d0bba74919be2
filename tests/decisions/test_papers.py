"""Decisions and minutes to take along: drawn once by a worker, each download told; open formats; the register's CSV."""

import csv
import io
import json
from hashlib import sha256

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from alliance.core.models import Event
from alliance.core.papers import draw
from alliance.core.pdf import describe
from alliance.core.record import canonical
from alliance.core.refusals import NotAllowed, NotPossible
from decisions import drawing, minuting, services
from decisions.case import hash_of
from decisions.models import Decision, Paper
from decisions.waiting.meetings import waiting
from participants.standing import standing
from tests.factories.decisions import again, answer, make_proposal, object_to
from tests.factories.meetings import How, call, days_ago, have_paper, hold, issue, issued, minuted

pytestmark = pytest.mark.django_db
NASTY = "# No <heading> | *here* `at` [all](x)"


@pytest.fixture
def decision(cast) -> Decision:
    """Beacon objected and resolved it; Haven has a reservation."""
    proposal = make_proposal(cast.council, cast.carol, amount=84_500, title="Shall we open a night shelter?")
    objection = object_to(proposal, cast.beacon, cast.rosa)
    services.resolve_objection(objection=objection, resolution="A room was found.", by=cast.rosa)
    answer(proposal, cast.council, cast.carol)
    answer(proposal, cast.haven, cast.dev, "reservation", NASTY)
    answer(proposal, cast.beacon, cast.rosa)
    return Decision.objects.get()


def told(kind: str) -> list[dict]:
    return [one.facts for one in Event.objects.filter(kind=f"decisions.{kind}").order_by("seq")]


def url(name: str, alliance, *more) -> str:
    return reverse(f"decisions:{name}", args=[alliance.slug, *more])


class TestAskingAndKeeping:
    def test_a_worker_draws_it_once_and_everybody_gets_the_same_bytes(
        self, cast, decision, client_of, run_errands
    ):
        where = url("decision_paper", cast.alliance, decision.number)
        bea = client_of(cast.bea)
        assert bea.get(url("decision_pdf", cast.alliance, decision.number)).status_code == 404
        for _ in range(2):
            assert bea.post(where).status_code == 303
        assert "Waiting for a worker" in bea.get(where).content.decode()
        run_errands()
        paper = Paper.objects.get()
        said = describe(bytes(paper.document.content))
        assert (said.pdfa, said.pdfua, said.lang, said.tagged) == ("3A", "1", "en-GB", True)
        assert said.attachments == ("decision.json", "wording-1.json")
        assert said.outline[0].startswith("Shall we open a night shelter?")
        for _ in range(2):
            got = bea.get(url("decision_pdf", cast.alliance, decision.number))
            assert sha256(got.content).hexdigest() == paper.document.sha256
        assert [len(told(f"paper_{verb}")) for verb in ("asked", "drawn", "downloaded")] == [1, 1, 2]
        assert told("paper_downloaded")[0]["capacity"] == "Board member, Haven Homes"
        assert draw(drawing.of_decision(decision.pk)) == bytes(paper.document.content)

    def test_minutes_become_a_paper_when_they_are_official(self, cast, run_errands):
        minutes = issued(cast.alliance, cast.carol, cast.lee)
        with pytest.raises(NotPossible, match="everybody who was there"):
            services.ask_for_minutes_paper(minutes=minutes, by=cast.pat)
        for one in (cast.carol, cast.lee):
            services.accept_minutes(minutes=minutes, by=one)
        paper = services.ask_for_minutes_paper(minutes=minutes, by=cast.pat)
        run_errands()
        pdf = bytes(again(paper).document.content)
        said = describe(pdf)
        assert said.title == "Harbour Alliance: minutes of Alliance Leadership Team, meeting 1"
        assert "TH" in said.tags

    def test_strangers_get_nothing(self, cast, decision):
        with pytest.raises(NotAllowed):
            services.ask_for_decision_paper(decision=decision, by=cast.stranger)

    @pytest.mark.parametrize(
        "sql",
        [
            "update decisions_paper set document_id = (select min(id) from core_document)",
            "update decisions_paper set drawn_at = now()",
            "update decisions_paper set asked_by_id = 1",
            "delete from decisions_paper",
        ],
    )
    def test_a_paper_stays_as_it_was_drawn(self, cast, decision, sql):
        have_paper(decision, cast.pat)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

    def test_postgres_draws_no_paper_of_what_is_not_final(self, cast):
        minutes = issued(cast.alliance, cast.carol)
        with pytest.raises(DatabaseError, match="official minutes"), transaction.atomic():
            Paper.objects.create(
                alliance=cast.alliance, minutes=minutes, asked_at=minutes.issued_at, asked_by=cast.pat
            )


class TestOpenFormats:
    def test_the_json_is_canonical_and_carries_the_very_bytes(self, cast, decision, client_of):
        got = client_of(cast.ari).get(url("decision_facts", cast.alliance, decision.number, "json"))
        assert (got["Content-Type"], canonical(json.loads(got.content))) == ("application/json", got.content)
        said = json.loads(got.content)
        assert hash_of(said["wording"]["hashed_bytes"].encode()) == said["decision"]["wording_sha256"]
        assert [one["participant"] for one in said["roll"]] == [
            "Harbour City Council",
            "Haven Homes",
            "Beacon Recovery",
        ]
        stances = {one["participant"]: (one["stance"], one["said_by"]) for one in said["positions"]}
        assert stances["Haven Homes"] == ("reservation", "Dev Deputy for Pat Provider, Haven")
        assert [one["resolution"] for one in said["objections"]] == ["A room was found."]
        seal = Event.objects.get(kind="decisions.sealed")
        assert said["record"] == {"entry": seal.seq, "kind": seal.kind, "sha256": bytes(seal.hash).hex()}

    def test_the_minute_is_readable_and_nobodys_words_become_marks(self, cast, decision, client_of):
        got = client_of(cast.ari).get(url("decision_facts", cast.alliance, decision.number, "md"))
        minute = got.content.decode()
        assert minute.startswith("# Decision 1: Shall we open a night shelter?\n")
        assert "**£84,500.00**" in minute
        assert "\\# No \\<heading\\> \\| \\*here\\* \\`at\\` \\[all\\](x)" in minute
        assert "### Objection 1, Rosa Recovery, Beacon" in minute
        assert decision.wording_hash in minute

    def test_an_open_proposal_is_told_as_it_stands_and_a_draft_is_not(self, cast, client_of):
        proposal = make_proposal(cast.council, cast.carol)
        answer(proposal, cast.council, cast.carol)
        got = client_of(cast.pat).get(url("proposal_facts", cast.alliance, proposal.number, "json"))
        said = json.loads(got.content)
        assert (said["state"], said["answered"], said["decision"]) == ("open", "1 of 3", None)
        assert said["not_answered"] == ["Haven Homes", "Beacon Recovery"]
        minute = client_of(cast.pat).get(url("proposal_facts", cast.alliance, proposal.number, "md"))
        assert "| Haven Homes | has not answered |" in minute.content.decode()
        other = client_of(cast.pat).get(url("proposal_facts", cast.alliance, proposal.number, "exe"))
        assert other.status_code == 404

    @pytest.mark.parametrize("form", ["json", "md"])
    def test_what_is_veiled_is_in_no_file(self, cast, client_of, form):
        cast.alliance.independent = True
        cast.alliance.save(update_fields=["independent"])
        proposal = make_proposal(cast.council, cast.carol)
        object_to(proposal, cast.beacon, cast.rosa, concern="Zanzibar")
        answer(proposal, cast.haven, cast.pat, "reservation", "Timbuktu")
        where = url("proposal_facts", cast.alliance, proposal.number, form)
        seen = client_of(cast.pat).get(where).content.decode()
        assert "Zanzibar" in seen
        assert "Timbuktu" in seen
        for reader in (cast.carol, cast.bea):
            kept = client_of(reader).get(where).content.decode()
            for leak in ("Zanzibar", "Timbuktu", "objection_raised", "reservation", "Rosa"):
                assert leak not in kept
            assert "2 of 3" in kept


class TestTheRegisterAsATable:
    def test_it_is_what_the_register_shows_as_filtered(self, cast, decision, client_of):
        make_proposal(cast.haven, cast.pat, title="=Shall we, +tomorrow?")
        where = url("register_csv", cast.alliance)

        def rows(query: str = ""):
            got = client_of(cast.ari).get(where + query)
            text = b"".join(got.streaming_content).decode("utf-8-sig")
            return list(csv.DictReader(io.StringIO(text)))

        everything = rows()
        assert [one["Number"] for one in everything] == ["", "1"]
        assert everything[0]["Question"] == "'=Shall we, +tomorrow?"
        assert everything[1]["Amount"] == "84500.00"
        assert everything[1]["Wording SHA-256"] == decision.wording_hash
        assert [one["Question"] for one in rows("?state=agreed")] == ["Shall we open a night shelter?"]


class TestWhatWaits:
    def test_minutes_wait_for_whoever_was_there_until_they_accept(self, cast):
        minutes = issued(cast.alliance, cast.carol, cast.lee)
        assert [one.why for one in waiting(standing(cast.lee, cast.alliance))] == [
            "You were there. Read its minutes and accept them."
        ]
        assert list(waiting(standing(cast.bea, cast.alliance))) == []
        services.accept_minutes(minutes=minutes, by=cast.lee)
        assert list(waiting(standing(cast.lee, cast.alliance))) == []

    def test_minutes_that_are_not_written_wait_for_those_who_convene(self, cast):
        meeting = hold(cast.alliance, cast.carol, {cast.carol: How.PRESENT}, starts_at=days_ago(30))
        assert [(one.why, one.due, one.is_late) for one in waiting(standing(cast.stan, cast.alliance))] == [
            (
                "Its minutes are due: write them, and issue them to whoever was there.",
                meeting.minutes_due_on,
                True,
            )
        ]
        assert list(waiting(standing(cast.lee, cast.alliance))) == []

    def test_a_meeting_whose_day_is_over_asks_whether_it_took_place(self, cast):
        call(cast.alliance, cast.carol, starts_at=days_ago(2))
        call(cast.alliance, cast.carol, starts_at=days_ago(-2))
        found = [one.why for one in waiting(standing(cast.pat, cast.alliance))]
        assert found == ["Say whether it took place, or cancel it."]

    def test_what_is_overdue_is_a_gap_of_assurance(self, cast):
        from django.utils import timezone

        today = timezone.localdate()
        late = hold(
            cast.alliance,
            cast.carol,
            dict.fromkeys([cast.carol, cast.pat, cast.lee], How.PRESENT),
            starts_at=days_ago(30),
        )
        due = f"due on {late.minutes_due_on:%-d %B %Y}"
        name = "Alliance Leadership Team, meeting 1"
        assert list(minuting.unfinished(cast.alliance, today)) == [
            f"The minutes of {name} were {due} and are not issued."
        ]
        missing = "not by Carol Commissioner and Lee Lived"
        minutes = issue(late, cast.carol)
        services.accept_minutes(minutes=minutes, by=cast.pat)
        assert list(minuting.unfinished(cast.alliance, today)) == [
            f"The minutes of {name}, {due}, are accepted by 1 of 3 who were there; {missing}."
        ]
        for one in (cast.carol, cast.lee):
            services.accept_minutes(minutes=minutes, by=one)
        minuted(cast.alliance, cast.carol)
        assert list(minuting.unfinished(cast.alliance, today)) == []
