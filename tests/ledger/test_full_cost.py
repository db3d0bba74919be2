"""Full cost recovery (rule 35) and own books, through the real services and in the browser."""

from datetime import UTC, datetime
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from alliance.core.models import Event
from alliance.core.refusals import NotAllowed, NotPossible
from ledger.models import Journal, Overhead, OwnBooks
from ledger.own_books import last_confirmed
from ledger.recovery import full_costs, overheads_of
from ledger.services import (
    confirm_own_books,
    pay_participant,
    receive_contribution,
    reverse_journal,
    share_overhead,
)
from participants.models import Participant
from tests.factories.ledger import NOVEMBER, OCTOBER, YEAR, cost, make_book, post_return
from tests.ledger.conftest import TODAY

pytestmark = pytest.mark.django_db
QUERIES, OWN_QUERIES = 11, 9


@pytest.fixture
def shared(cast):
    """Peer support is shared by headcount, outreach by spend; Haven bears both and is paid 500.00."""
    budget = make_book(cast)
    for name, driver, basis in (
        ("Peer support", Overhead.Driver.HEADCOUNT, [(cast.haven, D(2)), (cast.beacon, D(1))]),
        ("Street outreach", Overhead.Driver.SPEND, []),
    ):
        line = budget.lines.get(name=name)
        share_overhead(budget_line=line, driver=driver, basis=basis, by=cast.hana)
    post_return(
        cast,
        [
            cost("1200.00"),
            cost("24.00", category="Irrecoverable VAT"),
            cost("100.00", line="Peer support", category="Overhead"),
            cost("10.00", line="Street outreach", category="Overhead"),
        ],
    )
    post_return(cast, [cost("306.00")], participant=cast.beacon, by=cast.rosa)
    pay_participant(
        participant=cast.haven, amount=D("500.00"), on=TODAY.date(), reference="BACS 1", by=cast.hana
    )
    return budget


@pytest.fixture
def says(cast, client_of):
    def of(user, name: str, *args, query: str = "") -> str:
        answer = client_of(user).get(reverse(f"ledger:{name}", args=[cast.alliance.slug, *args]) + query)
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    return of


# ── Full cost ──


def test_shared_lines_are_shared_by_their_driver_and_everything_sums_to_the_book(cast, shared):
    parties = list(Participant.objects.filter(alliance=cast.alliance))
    found = full_costs(cast.alliance, YEAR, overheads_of(shared, parties), parties)
    assert [
        (one.cost, [(step.who, step.figure, step.percent, step.share) for step in one.steps])
        for one in found.overheads
    ] == [
        (  # in the budget's order: by spend outside what is shared, then by headcount
            D("10.00"),
            [
                (cast.haven, D("1224.00"), D("80.00"), D("8.00")),
                (cast.beacon, D("306.00"), D("20.00"), D("2.00")),
            ],
        ),
        (
            D("100.00"),
            [(cast.haven, D(2), D("66.67"), D("66.67")), (cast.beacon, D(1), D("33.33"), D("33.33"))],
        ),
    ]
    assert [(one.who, one.full, one.borne, one.paid, one.not_paid) for one in found.by_participant] == [
        (cast.haven, D("1298.67"), D("1334.00"), D("500.00"), D("834.00")),
        (cast.beacon, D("341.33"), D("306.00"), D("0.00"), D("306.00")),
    ]
    assert found.pool == D("1640.00")
    nothing = full_costs(cast.alliance, OCTOBER, overheads_of(shared, parties), parties)
    assert (nothing.by_participant, nothing.pool) == ((), D(0))


def test_contributions_are_no_payment_and_a_reversed_payment_is_none(cast, shared):
    receive_contribution(
        contribution=shared.contributions.get(participant=cast.haven),
        amount=D("9000.00"),
        on=TODAY.date(),
        reference="IN 1",
        by=cast.hana,
    )
    paid = Journal.objects.get(kind="payment")
    parties = list(Participant.objects.filter(alliance=cast.alliance))
    assert full_costs(cast.alliance, YEAR, [], parties).paid == D("500.00")
    reverse_journal(journal=paid, reason="The bank sent it back.", by=cast.hana)
    assert full_costs(cast.alliance, YEAR, [], parties).paid == D("0.00")


def test_the_page_shows_each_step_in_any_months_with_a_constant_number_of_queries(
    cast, shared, says, client_of, django_assert_num_queries
):
    page = says(cast.bea, "full_cost")
    for words in (
        "Together <strong>£1,640.00</strong>, which is everything in the book of these months.",
        "borne by Haven (£100.00)",
        "Shared by headcount, the same all year.",
        "66.67%",
        "£1,298.67",
        "Irrecoverable VAT (£)",
    ):
        assert words in page
    assert "Margin" not in page  # nobody has any
    months = "?since=2026-11&until=2026-10"  # the wrong way round
    assert "October to November 2026" in says(cast.bea, "full_cost", query=months)
    assert "Nothing was spent or paid in October 2026" in says(
        cast.bea, "full_cost", query="?since=2026-10&until=2026-10"
    )
    assert "2026–27" in says(cast.bea, "full_cost", query="?year=x&since=y&until=2031-01")
    rows = client_of(cast.bea).get(reverse("ledger:full_cost_csv", args=[cast.alliance.slug]))
    assert "Haven Homes" in b"".join(rows).decode()
    client = client_of(cast.bea)
    address = reverse("ledger:full_cost", args=[cast.alliance.slug])
    with django_assert_num_queries(QUERIES):
        client.get(address)
    post_return(cast, [cost("7.00", day="03/10/2026")], OCTOBER, participant=cast.council, by=cast.hana)
    with django_assert_num_queries(QUERIES):
        client.get(address)


# ── Own books ──


def confirm(cast, own: str, words: str = "", month=OCTOBER, by=None, **facts) -> OwnBooks:
    return confirm_own_books(
        participant=cast.haven, month=month, own=D(own), words=words, by=by or cast.finn, **facts
    )


@pytest.fixture
def october(cast):
    make_book(cast)
    return post_return(cast, [cost("1200.00", day="05/10/2026")], OCTOBER)


def test_own_books_agree_or_differ_with_a_reason_and_what_was_confirmed_stays(cast, october):
    agreed = confirm(cast, "1200.00")
    assert (agreed.book, agreed.difference, agreed.version) == (D("1200.00"), D("0.00"), 1)
    assert confirm(cast, "1200.00") == agreed  # sent twice
    with pytest.raises(NotPossible, match="Say why your own books and the open book differ"):
        confirm(cast, "1212.00")
    again = confirm(cast, "1212.00", "An invoice came late.")
    assert (again.version, again.difference, again.get_capacity_display()) == (2, D("12.00"), "Finance lead")
    assert [one.kind for one in Event.objects.filter(kind="ledger.own_books_confirmed")] == [
        "ledger.own_books_confirmed"
    ] * 2
    post_return(cast, [cost("12.00", day="05/10/2026", reference="LATE")], OCTOBER, reference="late")
    haven, beacon = last_confirmed(cast.alliance)
    assert (haven.confirmed, haven.confirmed.since_then) == (again, D("12.00"))
    assert (beacon.participant, beacon.confirmed) == (cast.beacon, None)


def test_own_books_are_the_participants_to_confirm_when_a_month_has_ended(cast, october):
    for person in (cast.hana, cast.rosa, cast.carol, cast.pat, cast.bea, cast.ari):
        with pytest.raises(NotAllowed, match="Only the finance lead of Haven Homes"):
            confirm(cast, "1200.00", by=person)
    with pytest.raises(NotPossible, match="November 2026 has not ended yet"):
        confirm(cast, "0.00", month=NOVEMBER)
    with pytest.raises(NotPossible, match=r"The open book says £1,200\.00 for October 2026 now"):
        confirm(cast, "900.00", seen=D("900.00"))


def refused(statement: str, *values) -> str:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return str(refusal.value)


AGAIN = """insert into ledger_ownbooks (alliance_id, participant_id, month, version, book, own, words_id, confirmed_at,
    confirmed_by_id, confirmed_by_name, appointment_id, capacity)
    select alliance_id, {participant}, {month}, {version}, {book}, {own}, words_id, confirmed_at, {by},
        confirmed_by_name, appointment_id, capacity from ledger_ownbooks where id = %s"""
AS_IT_IS = {
    "participant": "participant_id",
    "month": "month",
    "version": "2",
    "book": "book",
    "own": "own",
    "by": "confirmed_by_id",
}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"version": "3"}, "numbered one after another"),
        ({"month": "'2026-11-01'", "version": "1"}, "a month of the book that has ended"),
        ({"month": "'2020-01-01'", "version": "1"}, "a month of the book that has ended"),
        (
            {"participant": "(select host_id from ledger_fund)", "version": "1"},
            "confirms its own books itself",
        ),
        (
            {"by": "(select id from participants_user where name = 'Bea Board')"},
            "confirms its own books itself",
        ),
        ({"book": "book + 1"}, "what the open book says at that moment"),
        ({"own": "own + 1"}, "difference_from_own_books_is_explained"),
    ],
)
def test_the_database_refuses_what_nobody_confirmed(cast, october, given, why):
    assert why in refused(AGAIN.format(**AS_IT_IS | given), confirm(cast, "1200.00").pk)


def test_what_was_confirmed_is_never_changed_or_taken_away(cast, october):
    confirm(cast, "1200.00")
    for statement in (
        "update ledger_ownbooks set own = own + 1",
        "delete from ledger_ownbooks",
        "truncate ledger_ownbooks",
    ):
        assert refused(statement)


def test_own_books_in_the_browser(cast, october, says, client_of, django_assert_num_queries):
    assert "None yet" in says(cast.bea, "own_books")
    assert "are confirmed by its finance lead" in says(cast.bea, "own_books")
    finn = client_of(cast.finn)
    address = reverse("ledger:confirm_own_books", args=[cast.alliance.slug]) + "?of=haven&month=2026-10"
    page = says(cast.finn, "confirm_own_books")
    assert "October 2026 in the own books of Haven Homes" in page  # the newest that has ended
    answer = finn.post(address, {"own": "1,188.00", "seen": "1200.00", "words": " "})
    assert answer.status_code == 422
    assert "Enter why your own books say £12.00 less than the open book" in answer.content.decode()
    assert "1,188.00" in answer.content.decode()
    answer = finn.post(address, {"own": "1188", "seen": "7.00", "words": "A credit <note>."})
    assert (answer.status_code, "Look again before you confirm" in answer.content.decode()) == (422, True)
    sent = {"own": "1188", "seen": "1200.00", "words": "A credit <note>."}
    assert finn.post(address, sent).status_code == 303
    page = says(cast.bea, "own_books")
    assert "£12.00 less than the open book" in page
    assert "A credit &lt;note&gt;." in page
    rows = client_of(cast.bea).get(reverse("ledger:own_books_csv", args=[cast.alliance.slug]))
    assert "Haven Homes,2026-10,1,1188.00,1200.00,-12.00,A credit <note>." in b"".join(rows).decode()
    assert "when the open book said £1,200.00" in says(cast.finn, "confirm_own_books", query="?month=2026-10")
    client = client_of(cast.bea)
    with django_assert_num_queries(OWN_QUERIES):
        client.get(reverse("ledger:own_books", args=[cast.alliance.slug]))
    for own in ("1189.00", "1190.00"):
        confirm(cast, own, "More came.")
    with django_assert_num_queries(OWN_QUERIES):
        client.get(reverse("ledger:own_books", args=[cast.alliance.slug]))


def test_the_next_month_to_confirm_follows_the_last_one(cast, october, says, monkeypatch):
    confirm(cast, "1200.00")
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2027, 2, 3, 12, tzinfo=UTC))
    assert "November 2026 in the own books of Haven Homes" in says(cast.finn, "confirm_own_books")
