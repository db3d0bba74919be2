"""One of everything in Harbour Alliance, for whoever tries every door and looks at every page."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.utils import timezone

from alliance.assurance.models import Report
from alliance.assurance.services import request_report
from alliance.core import outbox
from alliance.core.periods import Quarter
from participants import services as people
from participants.models import User
from tests.conftest import find_cast
from tests.factories import conflicts, decided, decisions, effects, learning, ledger, meetings, year_end
from tests.factories.participants import give_role, make_user

MEMBERS = ["carol", "pat", "dev", "rosa", "finn", "hana", "lena", "stan", "lee", "bea", "ari"]


@dataclass
class House:
    """One of everything in Harbour Alliance, by the names that the doors use."""

    people: dict[str, User]
    things: dict[str, object]


@pytest.fixture
def house(on_stage, cast, monkeypatch) -> House:
    monkeypatch.setattr(outbox, "ring", lambda errand_id: None)
    others = {"former": User.objects.get(name="Una Until"), "root": User.objects.get(name="Root")}
    return House({name: getattr(cast, name) for name in [*MEMBERS, "stranger"]} | others, on_stage)


@patch.object(outbox, "ring", lambda errand_id: None)
def furnish() -> dict[str, object]:
    """Furnish the house, once for all the tests in it (tests/conftest.py); its things by name."""
    cast = find_cast()
    give_role(
        cast.alliance, make_user("Una Until"), "worker", until_on=timezone.localdate() - timedelta(days=1)
    )
    User.objects.create_superuser("root@example.org", "Root", None)
    matter = effects.found_matter(cast.haven)
    book = ledger.make_book(cast)
    posted = ledger.post_return(cast, [ledger.cost()], reference="1")
    ready = ledger.send_return(cast, [ledger.cost("55.00")], reference="2")
    year_end.have_paper(book, cast.hana)
    put = decisions.make_draft(cast.haven, cast.pat)
    attachment = decisions.attach(put, cast.pat)
    proposal = decisions.services.open_proposal(proposal=put, by=cast.pat)
    draft = decisions.make_draft(cast.haven, cast.pat)
    objection = decisions.object_to(proposal, cast.beacon, cast.rosa)
    decision = decisions.make_decision(
        cast.haven, {cast.haven: cast.pat, cast.council: cast.carol, cast.beacon: cast.rosa}
    )
    measure = learning.measure(cast.alliance, cast.lena)
    learning.observe(measure, cast.lena)
    drawn = decisions.make_decision(
        cast.haven,
        {cast.haven: cast.pat, cast.council: cast.carol, cast.beacon: cast.rosa},
        title="Shall we go on?",
    )
    meetings.have_paper(drawn, cast.pat)
    things = {
        "invitation": people.invite(
            alliance=cast.alliance,
            name="N",
            email="n@example.org",
            role="deputy",
            participant=cast.haven,
            by=cast.pat,
        ).pk,
        "appointment": cast.dev.appointments.get().pk,
        "participant": "haven",
        "proposal": proposal.number,
        "version": 1,
        "risk": decisions.make_risk(cast.alliance, cast.pat, steward=cast.stan).number,
        "objection": objection.number,
        "remark": decisions.services.comment(proposal=proposal, words="Lee’s own words.", by=cast.lee).number,
        "position": decisions.tell_on_behalf(proposal, cast).pk,
        "amendment": decisions.offer(proposal, cast.council, cast.carol).number,
        "decision": decision.number,
        "drawn_decision": drawn.number,
        "format": "json",
        "meeting": meetings.call(cast.alliance, cast.carol).number,
        "held_meeting": meetings.issued(cast.alliance, cast.carol, cast.lee).meeting.number,
        "minuted_meeting": meetings.minuted(cast.alliance, cast.carol, cast.lee).meeting.number,
        "draft": draft.number,
        "step": "question",
        "attachment": attachment.pk,
        "drafted_file": decisions.attach(draft, cast.pat).pk,
        "journal": posted.journal.number,
        "return": posted.number,
        "ready_return": ready.number,
        "row": 2,
        "evidence_file": ledger.add_evidence(posted, cast.finn).number,
        "query": ledger.ask(posted, cast.beacon, cast.rosa).number,
        "plan": ledger.open_plan(cast).number,
        "budget_line": "housing-first",
        "provider": cast.haven.slug,
        "line": 1,
        "year": ledger.YEAR.slug,
        "month": ledger.NOVEMBER.slug,
        "journal_line": 1,
        "account": 1000,
        "setting_up": "book_terms",
        "accrual": decided.accrue(cast).number,
        "transfer": decided.agreed_transfer(cast.beacon).number,
        "review": learning.prepare(cast.alliance, cast.lena).number,
        "experiment": learning.propose(cast.alliance, cast.lee).number,
        "running": learning.running(cast.alliance, cast.lee, cast.lena).number,
        "gate": "legal",
        "measure": measure.number,
        "observed": f"{learning.LONG_AGO:%Y-%m}",
        "report": make_report(cast).number,
    }
    things["alone"] = effects.draft_reserved(matter, cast.pat).number
    things["urgent"] = effects.act_urgently(cast.haven, cast.pat).number
    things["excluding"] = effects.propose_effect(
        cast.alliance,
        "exclusion",
        participant=cast.beacon,
        left_on=timezone.localdate(),
        reasons="Wilful default.",
    ).number
    things |= conflicts_and_limits(cast)
    things["action"] = learning.open_action(cast.alliance, cast.lena, cast.council).number
    return things


def make_report(cast) -> Report:
    """A sealed report of the quarter that holds the book's November."""
    request_report(alliance=cast.alliance, quarter=Quarter.containing(ledger.NOVEMBER.start), by=cast.carol)
    outbox.do_all_due()
    return Report.objects.get(alliance=cast.alliance)


def conflicts_and_limits(cast) -> dict:
    """A declared conflict, an interest, and two decisions above Pat's limit: one awaits Haven's board."""
    conflicts.limit(cast.pat, 100, cast.bea)
    conflicted = decisions.make_proposal(cast.haven, cast.pat)
    voices = {cast.haven: cast.pat, cast.council: cast.carol, cast.beacon: cast.rosa}
    awaiting, ratified = (decisions.make_decision(cast.haven, voices, amount=Decimal(200)) for _ in "12")
    conflicts.ratify(ratified.ratifications.get(), cast.bea)
    return {
        "conflicted": conflicted.number,
        "declaration": conflicts.declare(conflicted, cast.council, cast.carol).number,
        "interest": conflicts.make_interest(cast.pat, cast.alliance, cast.haven).pk,
        "awaiting": awaiting.number,
        "ratified": ratified.number,
    }
