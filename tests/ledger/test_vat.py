"""Who recovers how much VAT, and what that makes of a cost (rule 36)."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from alliance.core.models import Event
from alliance.core.periods import Month
from alliance.core.refusals import NotAllowed, NotPossible
from ledger.bulk import Cost, load_costs
from ledger.chart import accounts
from ledger.models import Category, CostReturn, VatStatement
from ledger.recovery import courses, not_a_cost, who_buys
from ledger.services import accept_cost_return, accrue, close_period, correct_line, state_vat
from ledger.vat import ALL, NONE, Standing, purchase
from participants.models import Participant
from tests.factories.decided import restate
from tests.factories.ledger import (
    NOVEMBER,
    OCTOBER,
    YEAR,
    cost,
    entry_of,
    make_book,
    period_of,
    post_return,
    send_return,
)
from tests.ledger.conftest import TODAY

pytestmark = pytest.mark.django_db
APRIL = date(2026, 4, 1)
BECAUSE = "Section 33 of the VAT Act 1994."
VAT = "Irrecoverable VAT"


def state(participant, by, recovers="all", since=APRIL, basis=BECAUSE, **facts) -> VatStatement:
    return state_vat(participant=participant, recovers=recovers, since=since, basis=basis, by=by, **facts)


def percent_of(participant, day) -> D:
    return courses(participant.alliance_id, [participant])[participant.pk].on(day).percent


@pytest.mark.parametrize(
    ("net", "rate", "percent", "recovered", "costs"),
    [
        ("100.00", "20", NONE, "0.00", "120.00"),  # rule 36: a charity
        ("100.00", "20", ALL, "20.00", "100.00"),  # and a council
        ("100.00", "20", D("37.5"), "7.50", "112.50"),
        ("0.03", "20", D(50), "0.00", "0.04"),  # VAT 0.01; half a penny is lost upwards, once
        ("99.99", "5", D("33.33"), "1.67", "103.32"),
    ],
)
def test_a_purchase_in_the_hands_of_somebody(net, rate, percent, recovered, costs):
    made = purchase(D(net), D(rate), Standing(percent))
    assert (made.recovered, made.cost) == (D(recovered), D(costs))


# ── Stating it ──


def test_a_statement_takes_the_place_of_earlier_ones_from_its_day_on(cast):
    assert percent_of(cast.council, APRIL) == ALL  # as is usual for a council, and not stated
    first = state(cast.haven, cast.finn, "none", basis="Exempt supplies of welfare.")
    assert state(cast.haven, cast.finn, "none", basis="Exempt supplies of welfare.") == first
    later = state(cast.haven, cast.hana, "part", date(2026, 10, 1), "A special method.", percent=D("37.50"))
    assert [(one.version, one.percent, one.stated_by_name, one.capacity) for one in (first, later)] == [
        (1, D(0), "Finn Finance", "finance_lead"),
        (2, D("37.50"), "Hana Host", "pool_manager"),
    ]
    days = (date(2026, 3, 31), APRIL, date(2026, 9, 30), date(2026, 10, 1))
    assert [percent_of(cast.haven, day) for day in days] == [D(0), D(0), D(0), D("37.50")]
    for percent in (None, D(0), D(100)):
        with pytest.raises(NotPossible, match="A part is more than 0%"):
            state(cast.haven, cast.finn, "part", percent=percent)
    with pytest.raises(NotPossible, match="on what legal basis"):
        state(cast.haven, cast.finn, basis=" ")
    for person in (cast.rosa, cast.carol, cast.pat, cast.bea, cast.ari):
        with pytest.raises(NotAllowed, match="Only the finance lead of Haven Homes or the pool manager"):
            state(cast.haven, person)


AGAIN = """insert into ledger_vatstatement (alliance_id, participant_id, version, recovers, percent, since, basis_id,
    stated_at, stated_by_id, stated_by_name, appointment_id, capacity)
    select alliance_id, participant_id, {version}, {recovers}, {percent}, since, basis_id, stated_at, {by},
        stated_by_name, {appointment}, capacity from ledger_vatstatement where id = %s"""
AS_IT_IS = {
    "version": "2",
    "recovers": "recovers",
    "percent": "percent",
    "by": "stated_by_id",
    "appointment": "appointment_id",
}
ROSA = "(select id from participants_user where name = 'Rosa Recovery')"
ROSAS = f"(select id from participants_roleappointment where person_id = {ROSA})"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"version": "3"}, "numbered one after another"),
        ({"by": ROSA}, "by its own people or the pool manager"),
        ({"by": ROSA, "appointment": ROSAS}, "by its own people or the pool manager"),
        ({"percent": "40"}, "vat_percent_is_what_is_said"),
        ({"recovers": "'part'"}, "vat_percent_is_what_is_said"),
    ],
)
def test_the_database_refuses_what_nobody_could_state(cast, given, why):
    made = state(cast.haven, cast.finn)
    with pytest.raises(DatabaseError, match=why), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(AGAIN.format(**AS_IT_IS | given), [made.pk])


def test_what_was_stated_is_never_changed_or_taken_away(cast):
    state(cast.haven, cast.finn)
    for statement in (
        "update ledger_vatstatement set percent = 0, recovers = 'none'",
        "delete from ledger_vatstatement",
        "truncate ledger_vatstatement",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# ── Recoverable VAT is never a cost ──


def test_a_return_of_somebody_who_recovers_all_is_told_at_the_row(cast):
    make_book(cast)
    state(cast.haven, cast.finn, since=date(2026, 11, 1))
    rows = [cost("100.00"), cost("20.00", category=VAT), cost("4.00", category=VAT, day="31/10/2026")]
    sent = send_return(cast, rows)
    assert sent.status == "attention"
    assert [(one.row, one.field, one.sentence) for one in sent.problems.all()] == [
        (
            3,
            "category",
            (
                "recoverable VAT is never a cost, and Haven Homes recovers all of it since 1 November 2026 "
                "(rule 36); leave it out, or choose what was bought as its category"
            ),
        )
    ]


def test_where_nobody_has_stated_it_a_doubt_is_told_and_nothing_is_refused(cast):
    make_book(cast)
    sent = send_return(cast, [cost("20.00", category=VAT)], participant=cast.council, by=cast.hana)
    assert sent.status == "ready"
    (note,) = [one for one in sent.notes if "VAT" in one]
    assert note.startswith(
        "Row 2 is irrecoverable VAT. Harbour City Council has not stated how much VAT it recovers."
    )
    assert not [one for one in send_return(cast, [cost("20.00", category=VAT)]).notes if "VAT" in one]


def test_neither_typed_nor_accrued_nor_corrected_into_a_cost(cast, client_of):
    budget = make_book(cast)
    posted = post_return(cast, [cost("100.00"), cost("20.00", category=VAT)])
    state(cast.haven, cast.finn)
    answer = client_of(cast.finn).post(
        reverse("ledger:type_return", args=[cast.alliance.slug]),
        {
            "participant": cast.haven.pk,
            "month": "2026-11",
            "date_1": "3/11/2026",
            "amount_1": "20",
            "supplier_1": "Quayside",
            "category_1": VAT,
            "budget_line_1": "Housing first",
        },
    )
    assert answer.status_code == 422
    assert "Cost 1: recoverable VAT is never a cost, and Haven Homes" in answer.content.decode()
    assert CostReturn.objects.count() == 1
    facts = {"category": Category.IRRECOVERABLE_VAT, "budget_line": budget.lines.first(), "by": cast.finn}
    with pytest.raises(NotPossible, match="Recoverable VAT is never a cost"):
        accrue(participant=cast.haven, month=OCTOBER, amount=D("5.00"), reason="VAT", **facts)
    with pytest.raises(NotPossible, match="Recoverable VAT is never a cost"):
        correct_line(entry=entry_of(posted), amount=D("9.00"), reason="It was VAT.", **facts)
    assert correct_line(entry=entry_of(posted, 3), amount=D(0), reason="It is recovered.", **facts)
    assert not_a_cost(cast.haven, Category.OVERHEAD, APRIL) == ""


def test_a_return_in_hand_is_read_again_by_what_its_participant_states(cast, run_errands, monkeypatch):
    make_book(cast)
    sent = send_return(cast, [cost("100.00"), cost("20.00", category=VAT)])
    assert sent.status == "ready"

    def now() -> tuple[str, list[int]]:
        run_errands()
        sent.refresh_from_db()
        return sent.status, [one.row for one in sent.problems.filter(reading=sent.reading)]

    state(cast.haven, cast.finn)
    sent.refresh_from_db()
    assert sent.status == "checking"
    assert now() == ("attention", [3])
    state(cast.haven, cast.finn, "none", basis="Exempt after all.")
    assert now() == ("ready", [])
    # Stated while it was being read: it was found ready by what was known before.
    monkeypatch.setattr("ledger.services.own_statements.read_again", lambda cost_return: None)
    state(cast.haven, cast.finn)
    accept_cost_return(cost_return=sent, by=cast.finn)
    assert now() == ("attention", [3])
    assert not Event.objects.filter(kind="ledger.return_accepted").exists()


def test_neither_restated_nor_loaded_in_bulk_into_a_cost(cast):
    budget = make_book(cast)
    post_return(cast, [cost("20.00", category=VAT, day="03/10/2026")], OCTOBER)
    for month in budget.year.months[: budget.year.months.index(NOVEMBER)]:
        close_period(period=period_of(cast, month), by=cast.hana)
    state(cast.haven, cast.finn)
    line = budget.lines.get(name="Housing first")
    terms = {"participant": cast.haven, "line": line, "month": OCTOBER, "category": "irrecoverable_vat"}
    with pytest.raises(NotPossible, match="Recoverable VAT is never a cost"):
        restate(**terms, original="20.00", restated="30.00")
    assert restate(**terms, original="20.00", restated="0.00")
    account = next(
        one.pk for one in accounts(cast.alliance.pk).values() if one.category == Category.IRRECOVERABLE_VAT
    )
    load = {"alliance": cast.alliance, "source": "old ledger", "by": cast.hana}
    facts = ("x", NOVEMBER.start, NOVEMBER.start)
    told = (account, line.pk, D("5.00"), "Quayside", "VAT", "1")
    with pytest.raises(NotPossible, match="Line 1: recoverable VAT is never a cost, and Haven Homes"):
        load_costs(costs=[Cost(*facts, cast.haven.pk, *told)], **load)
    assert load_costs(costs=[Cost(*facts, cast.beacon.pk, *told)], **load).lines == 1


# ── Who buys ──


def test_the_same_purchases_in_other_hands_month_by_month_as_each_recovered_then(cast):
    make_book(cast)
    state(cast.haven, cast.finn, "none", basis="Exempt.")
    post_return(cast, [cost("20.00", category=VAT, day="03/10/2026")], OCTOBER)
    post_return(cast, [cost("10.01", category=VAT)])
    state(cast.haven, cast.finn, "part", NOVEMBER.start, "A special method.", percent=D("50"))
    parties = list(Participant.objects.filter(alliance=cast.alliance))
    known = courses(cast.alliance.pk, parties)
    found = who_buys(cast.alliance, YEAR, parties, known, TODAY.date())
    assert [(one.participant, one.lost, one.if_it_bought, one.difference) for one in found] == [
        (cast.council, D("0.00"), D("0.00"), D("-30.01")),
        # 20.00 was all of the VAT in October, 10.01 the half of it in November
        (cast.haven, D("30.01"), D("20.01"), D("-10.00")),
        (cast.beacon, D("0.00"), D("40.02"), D("10.01")),
    ]
    (haven,) = [
        one for one in who_buys(cast.alliance, Month(2026, 10), parties, known, TODAY.date()) if one.lost
    ]
    assert (haven.lost, haven.if_it_bought) == (D("20.00"), D("10.00"))


def test_the_page_shows_who_buys_and_what_it_costs(cast, client_of, django_assert_num_queries):
    make_book(cast)
    url = reverse("ledger:vat", args=[cast.alliance.slug])

    def says(user, query: str = "") -> str:
        answer = client_of(user).get(url + query)
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    page = says(cast.bea)
    for words in (
        "VAT at 20% (£)",
        "<strong>120.00</strong>",
        "<strong>100.00</strong>",
        "Not stated yet",
        "all of it is usual for its kind",
        "No irrecoverable VAT stands in the book in 2026–27",
    ):
        assert words in page
    assert "State it" not in page
    post_return(cast, [cost("20.00", category=VAT)])
    page = says(cast.finn, "?net=1,000&rate=5&since=2026-11&until=2026-11")
    assert "<strong>1,050.00</strong>" in page
    assert '<input type="hidden" name="since" value="2026-11">' in page
    assert '<input type="hidden" name="net" value="1,000">' in page
    assert "month=2026-11&amp;participant=haven&amp;category=irrecoverable_vat" in page
    assert page.count("State it<") == 1
    assert "The amount &#x27;ten&#x27; has words in it" in says(cast.bea, "?net=ten&rate=20")
    assert "must be 100 or less" in says(cast.bea, "?net=10&rate=200")
    client = client_of(cast.hana)
    with django_assert_num_queries(QUERIES):
        client.get(url)
    state(cast.haven, cast.finn, "none", basis="Exempt <supplies>.")
    state(cast.council, cast.hana)
    state(cast.beacon, cast.rosa, "part", date(2027, 4, 1), "Later.", percent=D("12.5"))
    with django_assert_num_queries(QUERIES):
        client.get(url)
    page = says(cast.bea)
    assert "Exempt &lt;supplies&gt;." in page
    rows = b"".join(client.get(reverse("ledger:vat_csv", args=[cast.alliance.slug]))).decode()
    assert "Beacon Recovery,1,2027-04-01,A part of it,12.50,Later." in rows
    assert "it is stated otherwise: a part of it, 12.5%" in page


QUERIES = 10


def test_it_is_stated_in_the_browser(cast, client_of):
    url = reverse("ledger:state_vat", args=[cast.alliance.slug, "haven"])
    finn = client_of(cast.finn)
    assert "It is not stated yet" in finn.get(url).content.decode()
    sent = {"since_day": "1", "since_month": "4", "since_year": "2026", "basis": "Exempt."}
    answer = finn.post(url, sent | {"recovers": "part", "percent": ""})
    assert answer.status_code == 422
    assert "Enter how many percent are recovered" in answer.content.decode()
    answer = finn.post(url, sent | {"recovers": "part", "percent": "100"})
    assert "A part is more than 0 and less than 100 percent" in answer.content.decode()
    assert finn.post(url, sent | {"recovers": "none", "percent": "nonsense"}).status_code == 303
    assert VatStatement.objects.get().percent == D(0)
    assert "What was stated, newest first" in finn.get(url).content.decode()
