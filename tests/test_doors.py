"""Every URL × method × actor (ledger-and-record.md, Isolation). A URL without a row here fails.

What you may not see is a 404, whoever you are and whatever you send; what you may see but not do is a 403 with its
reason. Everything is tried as: nobody, somebody of another alliance, a former member, an administrator of the server,
and each role.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from participants.models import RoleAppointment
from tests.factories import house as one_of_everything
from tests.factories.house import MEMBERS
from tests.factories.participants import give_role

house, furnish = one_of_everything.house, one_of_everything.furnish
OUTSIDERS = ["stranger", "former", "root"]
ALL = frozenset(MEMBERS)
NOBODY = frozenset()
SPEAKERS = frozenset({"carol", "pat", "dev", "rosa"})
REPRESENTATIVES = frozenset({"carol", "pat", "rosa"})
HAVENS_VOICES = frozenset({"pat", "dev"})
BEACONS_VOICES = frozenset({"rosa"})
COUNCILS_VOICES = frozenset({"carol"})
HAVENS_BOOKS = frozenset({"finn"})
POOL = frozenset({"hana"})
WRITES_PLANS = HAVENS_BOOKS | HAVENS_VOICES | POOL
TAKES_PART = ALL - {"bea", "ari"}
CONVENES = frozenset({"carol", "pat", "dev", "rosa", "lena", "stan"})


@dataclass(frozen=True)
class Door:
    """`get`, `post`: who is let through (None: the method is not there, 405). `at`: the URL's arguments.

    `hidden`: for the other members it is not even there (404), as a draft is for everybody but its author.
    """

    name: str
    get: frozenset[str] | None
    post: frozenset[str] | None = None
    at: tuple = ()
    hidden: bool = False


INSIDE = [
    Door("alliance_home", ALL),
    Door("record", ALL),
    Door("record_export", None, ALL),
    Door("record_verifier", ALL),
    Door("participants:people", ALL),
    Door("participants:invite", REPRESENTATIVES, REPRESENTATIVES),
    Door("participants:withdraw_invitation", None, frozenset({"pat"}), at=("invitation",)),
    Door(
        "participants:end_appointment",
        frozenset({"pat", "dev"}),
        frozenset({"pat", "dev"}),
        at=("appointment",),
    ),
    Door("participants:participant", ALL, at=("participant",)),
    Door("decisions:register", ALL),
    Door("decisions:decision", ALL, at=("decision",)),
    Door("decisions:propose", SPEAKERS, SPEAKERS),
    Door("decisions:proposal", ALL, at=("proposal",)),
    Door("decisions:draft_step", HAVENS_VOICES, HAVENS_VOICES, at=("draft", "step"), hidden=True),
    Door("decisions:discard_draft", None, HAVENS_VOICES, at=("draft",), hidden=True),
    Door("decisions:open_proposal", None, HAVENS_VOICES, at=("draft",), hidden=True),
    Door("decisions:take_position", None, SPEAKERS, at=("proposal",)),
    Door("decisions:change_wording", HAVENS_VOICES, HAVENS_VOICES, at=("proposal",)),
    Door("decisions:wording", ALL, at=("proposal", "version")),
    Door("decisions:wording_bytes", ALL, at=("proposal", "version")),
    Door("decisions:resolve_objection", BEACONS_VOICES, BEACONS_VOICES, at=("proposal", "objection")),
    Door("decisions:give_more_time", HAVENS_VOICES, HAVENS_VOICES, at=("proposal",)),
    Door("decisions:withdraw_proposal", HAVENS_VOICES, HAVENS_VOICES, at=("proposal",)),
    Door("decisions:attachment", ALL, at=("proposal", "attachment")),
    Door("decisions:take_out_file", None, HAVENS_VOICES, at=("draft", "drafted_file"), hidden=True),
    Door("decisions:supersede", SPEAKERS, SPEAKERS, at=("decision",)),
    Door("decisions:review_decision", CONVENES, CONVENES, at=("decision",)),
    Door("decisions:plan_review", CONVENES, CONVENES, at=("decision",)),
    # Deliberation and deadlocks
    Door("decisions:conversation", ALL, TAKES_PART, at=("proposal",)),
    Door("decisions:redact_remark", frozenset({"lee"}), frozenset({"lee"}), at=("proposal", "remark")),
    Door(
        "decisions:name_steward",
        HAVENS_VOICES | BEACONS_VOICES,
        HAVENS_VOICES | BEACONS_VOICES,
        at=("proposal", "objection"),
    ),
    Door(
        "decisions:offer_amendment",
        COUNCILS_VOICES | BEACONS_VOICES,
        COUNCILS_VOICES | BEACONS_VOICES,
        at=("proposal",),
    ),
    Door("decisions:amendment", ALL, at=("proposal", "amendment")),
    Door("decisions:settle_amendment", None, HAVENS_VOICES, at=("proposal", "amendment")),
    Door("decisions:take_back_amendment", None, COUNCILS_VOICES, at=("proposal", "amendment")),
    Door("decisions:take_back", SPEAKERS, SPEAKERS, at=("proposal",)),
    Door("decisions:record_on_behalf", SPEAKERS, SPEAKERS, at=("proposal",)),
    Door("decisions:evidence", ALL, at=("proposal", "position")),
    Door("decisions:seal", None, SPEAKERS, at=("proposal",)),
    Door("decisions:declare_deadlock", SPEAKERS, SPEAKERS, at=("proposal",)),
    Door("decisions:make_statement", SPEAKERS, SPEAKERS, at=("proposal",)),
    Door("decisions:name_independent", SPEAKERS, SPEAKERS, at=("proposal",)),
    Door("decisions:record_independent", SPEAKERS, SPEAKERS, at=("proposal",)),
    # Risks and opportunities
    Door("decisions:risks", ALL),
    Door("decisions:risks_csv", ALL),
    Door("decisions:raise_risk", TAKES_PART, TAKES_PART),
    Door("decisions:risk", ALL, at=("risk",)),
    Door("decisions:change_risk", SPEAKERS | {"stan"}, SPEAKERS | {"stan"}, at=("risk",)),
    Door("decisions:accept_risk", SPEAKERS, SPEAKERS, at=("risk",)),
    Door("decisions:close_risk", SPEAKERS | {"stan"}, SPEAKERS | {"stan"}, at=("risk",)),
    # Meetings, minutes and papers
    Door("decisions:meetings", ALL),
    Door("decisions:call_meeting", CONVENES, CONVENES),
    Door("decisions:meeting", ALL, at=("meeting",)),
    Door("decisions:meeting_ics", ALL, at=("meeting",)),
    Door("decisions:change_meeting", CONVENES, CONVENES, at=("meeting",)),
    Door("decisions:cancel_meeting", CONVENES, CONVENES, at=("meeting",)),
    Door("decisions:hold_meeting", None, CONVENES, at=("meeting",)),
    Door("decisions:agenda", CONVENES, CONVENES, at=("meeting",)),
    Door("decisions:attendance", CONVENES, CONVENES, at=("meeting",)),
    Door("decisions:own_attendance", None, ALL, at=("meeting",)),
    Door("decisions:write_minutes", CONVENES | {"lee"}, CONVENES | {"lee"}, at=("held_meeting",)),
    Door("decisions:minutes", ALL, at=("held_meeting", "version")),
    Door("decisions:issue_minutes", None, CONVENES | {"lee"}, at=("held_meeting", "version")),
    Door("decisions:accept_minutes", None, frozenset({"carol", "lee"}), at=("held_meeting", "version")),
    Door("decisions:calendar", ALL),
    Door("decisions:register_csv", ALL),
    Door("decisions:decision_paper", ALL, ALL, at=("decision",)),
    Door("decisions:decision_pdf", ALL, at=("drawn_decision",)),
    Door("decisions:decision_facts", ALL, at=("decision", "format")),
    Door("decisions:proposal_facts", ALL, at=("proposal", "format")),
    Door("decisions:minutes_paper", ALL, ALL, at=("minuted_meeting", "version")),
    Door("decisions:minutes_pdf", ALL, at=("minuted_meeting", "version")),
    # What one person decides, what is reserved, urgent safety action
    Door("decisions:kinds", ALL),
    Door("decisions:new_alone", SPEAKERS, SPEAKERS),
    Door("decisions:alone", HAVENS_VOICES, at=("alone",), hidden=True),
    Door("decisions:write_alone", HAVENS_VOICES, HAVENS_VOICES, at=("alone",), hidden=True),
    Door("decisions:decide_alone", None, HAVENS_VOICES, at=("alone",), hidden=True),
    Door("decisions:be_heard", BEACONS_VOICES, BEACONS_VOICES, at=("excluding",)),
    Door("decisions:urgent_actions", ALL),
    Door("decisions:take_urgent_action", SPEAKERS, SPEAKERS),
    Door("decisions:urgent", ALL, at=("urgent",)),
    Door("decisions:report_urgent_action", HAVENS_VOICES, HAVENS_VOICES, at=("urgent",)),
    Door("ledger:book", ALL),
    Door("ledger:totals_csv", ALL),
    Door("ledger:totals_xlsx", ALL),
    Door("ledger:lines", ALL),
    Door("ledger:lines_csv", ALL),
    Door("ledger:staff", ALL),
    Door("ledger:staff_csv", ALL),
    Door("ledger:staff_xlsx", ALL),
    Door("ledger:journals", ALL),
    Door("ledger:journal", ALL, at=("journal",)),
    Door("ledger:reversal", HAVENS_BOOKS | POOL, HAVENS_BOOKS | POOL, at=("journal",)),
    Door("ledger:returns", ALL),
    Door("ledger:send_return", ALL, frozenset({"carol", "finn", "hana", "rosa"})),
    Door("ledger:template", ALL),
    Door("ledger:type_return", ALL, frozenset({"carol", "finn", "hana", "rosa"})),
    Door("ledger:state_nothing", ALL, frozenset({"carol", "finn", "hana", "rosa"})),
    Door("ledger:return", ALL, at=("return",)),
    Door("ledger:columns", HAVENS_BOOKS, HAVENS_BOOKS, at=("ready_return",)),
    Door("ledger:sheet", None, HAVENS_BOOKS, at=("ready_return",)),
    Door("ledger:names", HAVENS_BOOKS, HAVENS_BOOKS, at=("ready_return",)),
    Door("ledger:fix", HAVENS_BOOKS, HAVENS_BOOKS, at=("ready_return",)),
    Door("ledger:total", HAVENS_BOOKS, HAVENS_BOOKS, at=("ready_return",)),
    Door("ledger:confirm", None, HAVENS_BOOKS, at=("ready_return",)),
    Door("ledger:withdraw", None, HAVENS_BOOKS, at=("ready_return",)),
    Door("ledger:another_try", None, HAVENS_BOOKS, at=("ready_return",)),
    Door("ledger:file", ALL, at=("return",)),
    Door("ledger:problems_csv", ALL, at=("return",)),
    Door("ledger:row", ALL, at=("return", "row")),
    Door("ledger:add_evidence", HAVENS_BOOKS, HAVENS_BOOKS, at=("return",)),
    Door("ledger:evidence", ALL, at=("return", "evidence_file")),
    Door("ledger:queries", ALL),
    Door("ledger:queries_csv", ALL),
    Door("ledger:queries_xlsx", ALL),
    Door("ledger:query", ALL, at=("query",)),
    Door("ledger:forecast", ALL),
    Door("ledger:forecast_csv", ALL),
    Door("ledger:forecast_xlsx", ALL),
    Door("ledger:say_forecast", HAVENS_BOOKS, HAVENS_BOOKS, at=("year", "budget_line", "provider")),
    Door("ledger:plan", ALL, at=("plan",)),
    Door("ledger:write_plan", WRITES_PLANS, WRITES_PLANS, at=("plan",)),
    Door("ledger:end_plan", WRITES_PLANS, WRITES_PLANS, at=("plan",)),
    Door("ledger:plan_virement", None, SPEAKERS, at=("plan",)),
    Door("ledger:reply", None, HAVENS_BOOKS | HAVENS_VOICES | BEACONS_VOICES, at=("query",)),
    Door(
        "ledger:ask",
        frozenset({"carol", "hana", "rosa"}),
        frozenset({"carol", "hana", "rosa"}),
        at=("journal", "line"),
    ),
    Door("ledger:budget", ALL),
    Door("ledger:new_year", POOL, POOL),  # where the alliance decides already, it says which decision does it
    Door("ledger:receipt", POOL, POOL, at=("year",)),
    Door("ledger:periods", ALL),
    Door("ledger:close", POOL, POOL, at=("month",)),
    Door("ledger:scenario", ALL),
    Door("ledger:set_up", POOL, POOL, at=("setting_up",)),
    Door("ledger:correction", HAVENS_BOOKS | POOL, HAVENS_BOOKS | POOL, at=("journal", "journal_line")),
    Door("ledger:accruals", ALL),
    Door("ledger:accrue", ALL, frozenset({"carol", "finn", "hana", "rosa"})),
    Door("ledger:prepay", ALL, frozenset({"carol", "finn", "hana", "rosa"})),
    Door("ledger:accrual_evidence", ALL, at=("accrual",)),
    Door("ledger:payments", ALL),
    Door("ledger:pay", POOL, POOL),
    Door("ledger:pay_transfer", POOL, POOL, at=("transfer",)),
    Door("ledger:years", ALL),
    Door("ledger:year_end", ALL, at=("year",)),
    Door("ledger:close_year", POOL, POOL, at=("year",)),
    Door("ledger:memorandum", ALL, at=("year",)),
    Door("ledger:memorandum_paper", None, ALL, at=("year",)),
    Door("ledger:memorandum_pdf", ALL, at=("year",)),
    Door("ledger:memorandum_xlsx", ALL, at=("year",)),
    Door("ledger:exports", ALL),
    Door("ledger:accounts_file", None, ALL),
    Door("ledger:table_file", None, ALL),
    Door("ledger:lines_xlsx", ALL),
    Door("ledger:spend", ALL),
    Door("ledger:spend_file", None, ALL),
    Door("ledger:mark_supplier", None, frozenset({"carol", "finn", "hana", "rosa"})),
    Door("ledger:explain", ALL),
    Door("ledger:account", ALL, at=("account",)),
    Door("ledger:account_csv", ALL, at=("account",)),
    Door("ledger:account_xlsx", ALL, at=("account",)),
    Door("ledger:full_cost", ALL),
    Door("ledger:full_cost_csv", ALL),
    Door("ledger:full_cost_xlsx", ALL),
    Door("ledger:vat", ALL),
    Door("ledger:state_vat", HAVENS_BOOKS | POOL, HAVENS_BOOKS | POOL, at=("participant",)),
    Door("ledger:vat_csv", ALL),
    Door("ledger:vat_xlsx", ALL),
    Door("ledger:own_books", ALL),
    Door("ledger:own_books_csv", ALL),
    Door("ledger:own_books_xlsx", ALL),
    Door("ledger:confirm_own_books", ALL, frozenset({"carol", "finn", "hana", "rosa"})),
    Door("learning:overview", ALL),
    Door("learning:reviews", ALL),
    Door("learning:prepare_review", CONVENES, CONVENES),
    Door("learning:review", ALL, at=("review",)),
    Door("learning:draft", None, TAKES_PART, at=("review",)),
    Door("learning:hold_review", None, CONVENES, at=("review",)),
    Door("learning:call_off_review", CONVENES, CONVENES, at=("review",)),
    Door("learning:actions", ALL),
    Door("learning:action", ALL, CONVENES, at=("action",)),
    Door("learning:experiments", ALL),
    Door("learning:propose_experiment", TAKES_PART, TAKES_PART),
    Door("learning:experiment", ALL, at=("experiment",)),
    Door("learning:revise_experiment", CONVENES | {"lee"}, CONVENES | {"lee"}, at=("experiment",)),
    Door("learning:gate", None, CONVENES, at=("experiment", "gate")),
    Door("learning:start_experiment", None, TAKES_PART, at=("experiment",)),
    Door("learning:end_experiment", CONVENES | {"lee"}, CONVENES | {"lee"}, at=("running",)),
    Door("learning:withdraw_experiment", frozenset({"lee"}), frozenset({"lee"}), at=("experiment",)),
    Door("learning:tie_risks", TAKES_PART, TAKES_PART, at=("experiment",)),
    Door("learning:measures", ALL),
    Door("learning:define_measure", CONVENES, CONVENES),
    Door("learning:measure", ALL, at=("measure",)),
    Door("learning:figures_csv", ALL, at=("measure",)),
    Door("learning:observe", TAKES_PART, TAKES_PART, at=("measure",)),
    Door("learning:observe_many", TAKES_PART, TAKES_PART, at=("measure",)),
    Door("learning:correct_observation", TAKES_PART, TAKES_PART, at=("measure", "observed")),
    Door("learning:annotate", TAKES_PART, TAKES_PART, at=("measure",)),
    Door("learning:rebase", CONVENES, CONVENES, at=("measure",)),
    Door("assurance:reports", ALL),
    Door("assurance:request", TAKES_PART - {"lee"}, TAKES_PART - {"lee"}),
    Door("assurance:report", ALL, at=("report",)),
    Door("assurance:attempt", None, TAKES_PART - {"lee"}, at=("report",)),
    Door("assurance:download", ALL, at=("report",)),
    Door("notices:preferences", ALL, ALL),
    # Conflicts of interest, limits and ratification
    Door("decisions:interests", ALL),
    Door("decisions:declare_interest", ALL, ALL),
    Door("decisions:end_interest", frozenset({"pat"}), frozenset({"pat"}), at=("interest",)),
    Door("decisions:declare_conflict", SPEAKERS, SPEAKERS, at=("proposal",)),
    Door(
        "decisions:vote_on_conflict",
        HAVENS_VOICES | BEACONS_VOICES,
        HAVENS_VOICES | BEACONS_VOICES,
        at=("conflicted", "declaration"),
    ),
    Door(
        "decisions:leave_for_conflict",
        frozenset({"carol"}),
        frozenset({"carol"}),
        at=("conflicted", "declaration"),
    ),
    Door("decisions:report_conflict", SPEAKERS, SPEAKERS, at=("decision",)),
    Door(
        "decisions:ratify", HAVENS_VOICES | {"bea"}, HAVENS_VOICES | {"bea"}, at=("awaiting", "participant")
    ),
    Door("decisions:minute", ALL, at=("ratified", "participant")),
    Door("participants:set_limit", frozenset({"pat", "bea"}), frozenset({"pat", "bea"}), at=("appointment",)),
]

# Outside an alliance: name, address, what nobody gets, what somebody signed in gets.
OUTSIDE = [
    ("home", "/", 200, 302),
    ("choose", "/alliances/", 302, 200),
    ("health_live", "/health/live", 200, 200),
    ("health_ready", "/health/ready", {200, 503}, {200, 503}),
    ("glossary", "/help/glossary/", 200, 200),
    ("accessibility", "/help/accessibility/", 200, 200),
    ("verify", "/help/checking/", 200, 200),
    ("scenario", "/scenario/", 200, 200),
    ("sign_in_as", "/sign-in-as/", 200, 200),
    ("guide", "/guide/", 200, 200),
    ("what_you_typed", "/what-you-typed/", 302, 200),
    ("accept_invitation", "/invitations/nothing/", 404, 404),
]
OF_ALLAUTH = ("account_", "mfa_")
LOTS = 4  # of doors, each on whichever worker is free


def walk(patterns, namespace: str = "") -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from walk(one.url_patterns, f"{namespace}{one.namespace}:" if one.namespace else namespace)
        elif isinstance(one, URLPattern):
            yield f"{namespace}{one.name}"


def test_every_url_has_its_row():
    known = {door.name for door in INSIDE} | {name for name, *_ in OUTSIDE}
    found = {name for name in walk(get_resolver().url_patterns) if not name.startswith(OF_ALLAUTH)}
    assert found == known


def try_door(client: Client, method: str, address: str) -> int:
    """The status of an empty request; whatever it did is undone."""
    with transaction.atomic():
        status = getattr(client, method)(address).status_code
        transaction.set_rollback(True)
    return status


def expected(door: Door, method: str, who: str) -> set[int]:
    let_in = door.get if method == "get" else door.post
    if let_in is None:
        return {405}
    if who in let_in:
        return {200, 409} if method == "get" else {200, 303, 409, 422}
    return {404} if door.hidden else {403}


@pytest.mark.parametrize("lot", range(LOTS))
def test_who_gets_through_which_door(lot, house, client_of, client):
    wrong = []
    clients = {name: client_of(person) for name, person in house.people.items()}
    for door in INSIDE[lot::LOTS]:
        address = reverse(door.name, args=["harbour-alliance", *(house.things[name] for name in door.at)])
        for method in ("get", "post"):
            found = {name: try_door(one, method, address) for name, one in clients.items()}
            nobody = try_door(client, method, address)
            there = (door.get if method == "get" else door.post) is not None
            if nobody != (302 if there else 405):
                wrong.append(f"{method} {door.name}: nobody gets {nobody}")
            outside = {name: {404 if there else 405} for name in OUTSIDERS}
            inside = {name: expected(door, method, name) for name in MEMBERS}
            wrong += [
                f"{method} {door.name}: {name} gets {found[name]}"
                for name, wanted in (outside | inside).items()
                if found[name] not in wanted
            ]
    assert not wrong, "\n".join(wrong)


def test_a_number_that_is_not_there_is_a_404(house, client_of):
    client = client_of(house.people["pat"])
    wrong = []
    for door in INSIDE:
        method = "get" if door.get is not None else "post"
        for name in (name for name in door.at if isinstance(house.things[name], int)):
            for strange in (0, 999_999, 2**63, 10**30):
                values = [strange if one == name else house.things[one] for one in door.at]
                status = try_door(client, method, reverse(door.name, args=["harbour-alliance", *values]))
                if status != 404:
                    wrong.append(f"{door.name} with {name} {strange}: {status}")
    assert not wrong, "\n".join(wrong)


def test_things_of_one_alliance_are_not_found_under_another(house, cast, client_of):
    """Rosa is in both; Harbour's numbers do not open anything at Elsewhere."""
    give_role(
        cast.elsewhere,
        cast.rosa,
        RoleAppointment.Role.REPRESENTATIVE,
        cast.elsewhere.pk and _any_participant(cast),
    )
    client = client_of(cast.rosa)
    wrong = []
    for door in (one for one in INSIDE if any(isinstance(house.things[name], int) for name in one.at)):
        method = "get" if door.get is not None else "post"
        address = reverse(door.name, args=["elsewhere-alliance", *(house.things[name] for name in door.at)])
        if (status := try_door(client, method, address)) != 404:
            wrong.append(f"{door.name}: {status}")
    assert not wrong, "\n".join(wrong)


def _any_participant(cast):
    return cast.stranger.appointments.get().participant


@pytest.mark.parametrize(
    ("name", "address", "nobody", "somebody"), OUTSIDE, ids=lambda value: str(value)[:30]
)
def test_doors_outside_an_alliance(name, address, nobody, somebody, cast, client, client_of):
    def among(status, wanted):
        return status in (wanted if isinstance(wanted, set) else {wanted})

    assert among(client.get(address).status_code, nobody)
    assert among(client_of(cast.pat).get(address).status_code, {303} if name == "home" else somebody)


def test_django_has_no_admin_site(client_of, django_user_model, db):
    root = django_user_model.objects.create_superuser("root@example.org", "Root", None)
    assert client_of(root).get("/admin/").status_code == 404
