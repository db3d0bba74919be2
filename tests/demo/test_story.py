"""The demonstration: it tells what was promised, keeps every promise of the house, and every page of it opens."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from alliance.assurance.models import Download, Report
from alliance.core import invariants
from alliance.core.models import Event
from alliance.core.periods import Month
from alliance.demo import cast
from decisions.models import Decision, Objection, Proposal
from learning.models import Action, ActionLook, Experiment, GateAnswer, Measure, Observation, Rebase, Review
from ledger.models import Budget, CostReturn, Journal, Period
from participants.models import Alliance, Invitation, Participant, RoleAppointment, User
from tests.demo.conftest import NOW
from tests.test_repository import recorded_kinds

SECTIONS = ["", "decisions/", "book/", "book/returns/", "learning/", "assurance/", "people/", "record/"]
# What the story does not do: reports are not stuck, nothing is loaded in bulk.
UNTOLD = {
    "assurance.report_taken_up_again",
    "decisions.paper_taken_up_again",
    "decisions.delegation_ended",
    "decisions.reserved_matter_ended",
    "ledger.costs_loaded",
    "ledger.evidence_infected",
    "ledger.query_closed",
    "participants.participant_leaves",
    "participants.principle_added",
    "participants.principle_ended",
}


def of(alliance, model):
    return model.objects.filter(alliance=alliance)


def test_every_promise_holds(story):
    with connection.cursor() as cursor:
        cursor.execute(
            "set constraints all immediate"
        )  # what the database checks when the story is committed
    assert len(invariants.REGISTER) >= 10
    for alliance in Alliance.objects.all():
        assert list(invariants.breaks(alliance.pk)) == []


def test_it_is_as_rich_as_was_asked(merrowport):
    assert of(merrowport, Participant).count() == 8
    assert {one.form for one in of(merrowport, Participant)} >= {
        "council",
        "icb",
        "charity",
        "cic",
        "housing",
        "nhs",
        "company",
    }
    assert of(merrowport, Proposal).count() >= 30
    assert of(merrowport, Decision).count() >= 18
    assert of(merrowport, Measure).count() == 6
    for measure in of(merrowport, Measure):
        assert measure.observations.current().count() == 30
    assert of(merrowport, Review).filter(status="held").count() >= 3
    assert of(merrowport, Experiment).count() >= 6
    assert of(merrowport, Report).filter(sealed_at__isnull=False).count() >= 3
    assert merrowport.is_demonstration


def test_decisions_are_in_every_state(merrowport):
    states = Counter(one.state_now for one in of(merrowport, Proposal))
    assert set(states) == {"draft", "open", "not_agreed", "status_quo", "agreed", "withdrawn", "discarded"}
    opened = [
        one
        for one in Proposal.objects.filter(alliance=merrowport).with_positions()
        if one.state_now == "open"
    ]
    assert any(len(one.tally.waiting) == 1 and not one.tally.blocking for one in opened)
    assert any(one.tally.objections for one in opened)
    assert any(
        one.current_wording.version > 1 and any(stand.lapsed for stand in one.tally.stands) for one in opened
    )
    assert of(merrowport, Objection).filter(resolved_at__isnull=False).count() >= 3
    assert Proposal.objects.filter(alliance=merrowport, roll__participant__slug="bollard-rowe").count() > 10
    assert Proposal.objects.get(alliance=merrowport, number=1).roll.count() == 7  # rule 2: it joined later


def test_twelve_months_of_returns_are_in_the_book(merrowport):
    last = Month.containing(NOW.date()).previous
    for ago in range(1, 12):
        month = last.shifted(-ago)
        providers = [
            one for one in of(merrowport, Participant) if one.kind == "provider" and one.is_active(month.end)
        ]
        posted = CostReturn.objects.filter(alliance=merrowport, month=month.start).in_the_book()
        assert {one.participant_id for one in posted} == {one.pk for one in providers}
    states = Counter(
        CostReturn.objects.filter(alliance=merrowport, month=last.start).values_list("status", flat=True)
    )
    assert states == {"posted": 3, "ready": 1, "attention": 1}
    everywhere = set(CostReturn.objects.filter(alliance=merrowport).values_list("status", flat=True))
    assert everywhere == {"posted", "ready", "attention", "reversed", "replaced", "known", "withdrawn", "nil"}
    # Of a return; and the accrual's own.
    assert Journal.objects.filter(alliance=merrowport, kind="reversal").count() == 2


def test_older_months_are_closed_and_the_budget_adds_up(merrowport):
    last = Month.containing(NOW.date()).previous
    closed = set(
        Period.objects.filter(alliance=merrowport, closed_at__isnull=False).values_list("month", flat=True)
    )
    assert last.start not in closed
    assert {last.shifted(-ago).start for ago in range(1, 12)} <= closed
    for budget in Budget.objects.filter(alliance=merrowport):
        planned = sum(line.amount for line in budget.lines.all())
        assert planned == budget.brought_forward + sum(
            one.amount for one in budget.contributions.all()
        )  # rule 30
    newest = Budget.objects.filter(alliance=merrowport).latest("starts_on")
    assert sum(line.amount for line in newest.lines.all()) == 2_400_000


def test_learning_has_its_failures_its_carried_over_actions_and_its_new_limits(merrowport):
    ended = Counter(of(merrowport, Experiment).values_list("status", "turned_out"))
    assert ended["stopped", "not_as_hoped"] == 2
    assert {"proposed", "running", "embedded", "adapted", "stopped", "withdrawn"} == {
        state for state, _ in ended
    }
    assert of(merrowport, GateAnswer).filter(yes=False).count() == 1
    assert {one.outcome for one in of(merrowport, ActionLook)} == {"done", "still_matters", "let_go"}
    assert of(merrowport, Action).filter(status="open").exists()
    assert of(merrowport, Rebase).get().review.is_held
    assert of(merrowport, Measure).get(mandatory_return=True)
    assert of(merrowport, Observation).filter(replaces__isnull=False).count() == 1


def test_the_newest_report_has_two_versions_and_somebody_has_still_to_read_it(merrowport):
    newest = Report.objects.filter(alliance=merrowport).order_by("-number").first()
    first = Report.objects.get(alliance=merrowport, quarter=newest.quarter, version=1)
    assert (newest.version, newest.requested_by.name, first.requested_by) == (2, "Priya Raman", None)
    assert bytes(newest.pdf.content)[:5] == b"%PDF-"
    assert first.pdf.sha256 != newest.pdf.sha256
    read = set(Download.objects.filter(report=newest).values_list("downloaded_by", flat=True))
    board = RoleAppointment.objects.filter(alliance=merrowport, role="board_member").values_list(
        "person", flat=True
    )
    assert read
    assert set(board) - read


def test_people_came_went_and_are_awaited(merrowport):
    assert of(merrowport, RoleAppointment).filter(ended_at__isnull=False).count() == 2
    assert {one.state for one in of(merrowport, Invitation)} == {"Waiting", "Withdrawn"}
    both = User.objects.filter(email__startswith="rosa.quintero")
    assert {one.slug for one in Alliance.objects.visible_to(both.get())} == {cast.SLUG, cast.SECOND_SLUG}


def test_everybody_is_invented(story):
    people = User.objects.filter(appointments__alliance__is_demonstration=True).distinct()
    assert people.count() == len(cast.PEOPLE) + 3
    for person in people:
        assert person.email.endswith(".example")
        assert not person.has_usable_password()


def test_the_record_tells_it_in_the_order_of_time_and_nothing_is_still_to_come(story):
    for alliance in Alliance.objects.filter(is_demonstration=True):
        times = list(Event.objects.filter(alliance=alliance).order_by("seq").values_list("at", flat=True))
        assert times == sorted(times)
        assert times[-1] <= NOW
        assert times[-1] > NOW - timedelta(days=7)


def test_every_kind_of_event_is_told_and_has_its_sentence(story):
    kinds = set()
    for event in Event.objects.filter(alliance__is_demonstration=True).select_related("alliance"):
        kinds.add(event.kind)
        sentence = " ".join(strip_tags(render_to_string(event.sentence_template, {"event": event})).split())
        assert len(sentence) > 15, event.kind
        assert "None" not in sentence.split(), sentence
    assert kinds == set(recorded_kinds()) - UNTOLD


@pytest.mark.parametrize("section", SECTIONS)
def test_the_main_pages_open_for_one_person_in_each_role(story, client_of, section):
    seen = set()
    for one in RoleAppointment.objects.in_force().filter(alliance=story.alliance).select_related("person"):
        if one.role not in seen:
            seen.add(one.role)
            page = client_of(one.person).get(f"/alliances/{cast.SLUG}/{section}")
            assert page.status_code == 200, (one, section)
    assert seen == set(RoleAppointment.Role.values)


def test_everybody_comes_home(story, client_of):
    for person in User.objects.filter(appointments__alliance=story.alliance).distinct():
        page = client_of(person).get("/", follow=True)
        assert page.status_code == 200
        if Alliance.objects.visible_to(person).count() > 1:
            assert "Merrow Valley" in page.content.decode()


@pytest.mark.parametrize("person", ["kezia", "priya", "owen"])
def test_every_link_of_the_main_pages_leads_somewhere(story, client_of, person):
    client = client_of(story.people[person])
    links = set()
    for section in SECTIONS:
        links |= set(
            re.findall(
                r'href="(/alliances/merrowport/[^"#?]*)"',
                client.get(f"/alliances/{cast.SLUG}/{section}").content.decode(),
            )
        )
    assert len(links) > 60
    for link in sorted(links):
        assert client.get(link).status_code == 200, link


def test_somebody_waits_for_each_of_those_who_act(story, client_of):
    """Every home page of those who act has something on it."""
    for key in ("kezia", "tess", "mo", "chloe", "priya", "nadia", "elspeth"):
        page = client_of(story.people[key]).get(f"/alliances/{cast.SLUG}/")
        assert page.context["groups"][0][1], f"Nothing waits on {key}"
