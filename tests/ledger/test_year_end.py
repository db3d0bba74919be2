"""The end of a year: rule 39 shared, rule 42 told, and nothing of it changed afterwards."""

from datetime import date
from decimal import Decimal as D
from hashlib import sha256

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from alliance.core import invariants
from alliance.core.models import Event
from alliance.core.periods import FinancialYear, Month
from alliance.core.permissions import NotAllowed
from alliance.core.record import canonical
from alliance.core.refusals import NotPossible
from ledger import chart, posting, services, summaries
from ledger.effects import YearForm
from ledger.memorandum import gather, kept, memorandum, restated_since
from ledger.models import Budget, Journal, YearEnd, YearShare
from ledger.year_end import readiness
from tests.factories import decided
from tests.factories.ledger import ask, cost, make_book, post_return
from tests.factories.year_end import (
    MARCH,
    MAY,
    close_months,
    close_year,
    decide_underspend,
    last_years_book,
)
from tests.ledger.test_races import race

NOW = FinancialYear(2026)


def shares(ended: YearEnd) -> dict:
    """{short name: (carried, settled)}"""
    return {one.participant.short_name: (one.carried, one.settled) for one in ended.shares.all()}


def entries(journal: Journal) -> set:
    return set(journal.entries.values_list("participant__short_name", "account__kind", "amount"))


class TestAnUnderspend:
    def test_is_returned_in_proportion_to_contributions_where_nothing_is_decided(self, cast):
        """600,000.00 of 4 : 1.2 : 0.8; 100.00 is left."""
        ended = close_year(last_years_book(cast, "599,900.00"), cast.hana)
        assert (ended.net, ended.carried_forward) == (D("100.00"), D("0.00"))
        assert shares(ended) == {
            "Council": (D("0.00"), D("66.67")),
            "Haven": (D("0.00"), D("20.00")),
            "Beacon": (D("0.00"), D("13.33")),
        }
        assert entries(ended.journal) == {
            ("Council", "contributions", D("66.67")),
            ("Council", "owed", D("-66.67")),
            ("Haven", "contributions", D("20.00")),
            ("Haven", "owed", D("-20.00")),
            ("Beacon", "contributions", D("13.33")),
            ("Beacon", "owed", D("-13.33")),
        }
        assert ended.journal.month == date(2026, 4, 1)  # nothing is posted into the year
        owed = summaries.owed(cast.alliance.pk)
        assert (owed[cast.council.pk], owed[cast.beacon.pk]) == (D("66.67"), D("13.33"))

    def test_gives_the_pennies_in_the_order_of_the_agreement_whoever_was_entered_first(self, cast):
        """599,999.99 in three equal parts (rule 37)."""
        equal = dict.fromkeys((cast.beacon, cast.haven, cast.council), D("200000.00"))
        budget = make_book(cast, contributions=equal)
        post_return(cast, [cost("0.01")])
        assert [(one.name, one.settled) for one in gather(budget).shares] == [
            (cast.council.name, D("200000.00")),
            (cast.haven.name, D("200000.00")),
            (cast.beacon.name, D("199999.99")),
        ]

    def test_is_carried_forward_as_decided_and_the_rest_is_returned(self, cast):
        budget = last_years_book(cast, "599,900.00")
        decide_underspend(budget, "return")
        decision = decide_underspend(budget, "part", "40.00")
        ended = close_year(budget, cast.hana)
        assert ended.underspend.decision == decision
        assert ended.carried_forward == D("40.00")
        assert shares(ended) == {
            "Council": (D("26.67"), D("40.00")),
            "Haven": (D("8.00"), D("12.00")),
            "Beacon": (D("5.33"), D("8.00")),
        }
        account = kept(ended)
        assert (account.carry, account.decision) == ("40.00", decision.number)

    def test_decided_to_stay_whole_posts_nothing_and_a_cap_above_it_keeps_all(self, cast):
        budget = last_years_book(cast, "599,900.00")
        decide_underspend(budget, "part", "500.00")
        assert readiness(budget).account.carried_forward == D("100.00")
        decide_underspend(budget, "carry")
        ended = close_year(budget, cast.hana)
        assert (ended.carried_forward, ended.journal) == (D("100.00"), None)

    def test_of_a_closed_year_is_settled(self, cast):
        budget = last_years_book(cast)
        close_year(budget, cast.hana)
        with pytest.raises(NotPossible, match="Choose a year that is not closed"):
            decide_underspend(budget, "carry")


class TestAnOverspend:
    def test_is_met_from_what_was_brought_forward_first(self, cast):
        """Rule 39: 600,000.00 contributed, 30.00 brought forward, 600,010.00 spent: 20.00 is left of the 30.00."""
        budget = last_years_book(cast, "600,010.00", brought_forward=D("30.00"), contingency=D("30030.00"))
        ended = close_year(budget, cast.hana)
        account = kept(ended)
        assert (account.overspend, account.from_brought_forward, account.net) == (
            D("10.00"),
            D("10.00"),
            D("20.00"),
        )

    def test_beyond_it_is_due_in_proportion_and_arrives_as_contributions_do(self, cast):
        budget = last_years_book(cast, "600,130.00", brought_forward=D("30.00"), contingency=D("30030.00"))
        ended = close_year(budget, cast.hana)
        assert (ended.net, ended.carried_forward) == (D("-100.00"), D("0.00"))
        assert shares(ended) == {
            "Council": (D("0.00"), D("-66.67")),
            "Haven": (D("0.00"), D("-20.00")),
            "Beacon": (D("0.00"), D("-13.33")),
        }
        assert ("Beacon", "due", D("13.33")) in entries(ended.journal)
        next_year = make_book(cast, NOW)
        services.receive_contribution(
            contribution=budget.contributions.get(participant=cast.beacon),
            amount=D("13.33"),
            on=timezone.localdate(),
            reference="LATE 1",
            by=cast.hana,
        )
        arrived = {who: got for who, _, got in summaries.pool(next_year).by_participant}
        assert set(arrived.values()) == {D("0.00")}  # it is no contribution to the year in which it arrives
        assert {who: got for who, _, got in summaries.pool(budget).by_participant}[cast.beacon] == D("13.33")

    def test_that_nobody_can_be_asked_for_keeps_the_year_open(self, cast):
        budget = last_years_book(cast, "600,130.00", contributions={}, brought_forward=D("600000.00"))
        close_months(budget, cast.hana)
        with pytest.raises(NotPossible, match="Nobody contributes to it"):
            services.close_year(budget=budget, by=cast.hana)


class TestTheClose:
    def test_waits_for_the_year_its_months_and_the_years_before(self, cast):
        budget = last_years_book(cast, "120.00")
        close_months(budget, cast.hana, until=Month(2026, 2))
        with pytest.raises(NotPossible, match=r"One month is open\. The first is March 2026"):
            services.close_year(budget=budget, by=cast.hana)
        this_year = make_book(cast, NOW)
        with pytest.raises(NotPossible, match="It can be closed after that"):
            services.close_year(budget=this_year, by=cast.hana)
        assert not readiness(this_year).checks[1].done
        with pytest.raises(NotAllowed):
            services.close_year(budget=budget, by=cast.finn)

    def test_tells_everything_that_is_missing_and_the_account_keeps_it(self, cast):
        budget = last_years_book(cast, "120.00", "80.00", month=MARCH)
        sent = post_return(cast, [cost("10.00", day="02/05/2025")], MAY, reference="M")
        ask(sent, cast.beacon, cast.rosa)
        decided.accrue(cast, month=MARCH, budget_line=budget.lines.first())
        decided.agreed_transfer(cast.beacon)
        said = {one.title: one for one in readiness(budget).checks}
        assert said["Cost returns"].words.startswith("22 cost returns are missing: Haven for April 2025; ")
        assert "Accrual 1 of Haven, £1,200.00" in said["Accruals and prepayments"].words
        assert said["Contributions"].words.startswith(
            "3 contributions have not arrived in full: £400,000.00 from"
        )
        assert said["Transfers"].words.startswith("1 transfer waits for payment: £2,500.00 to Beacon")
        assert said["Queries"].words.startswith("1 query on a line is unresolved")
        ended = close_year(budget, cast.hana)
        account = kept(ended)
        assert account.missing == tuple(
            said[title].words
            for title in ("Cost returns", "Accruals and prepayments", "Contributions", "Transfers", "Queries")
        )
        assert account.spent == D("1410.00")  # the accrual counts here, its reversal in April

    def test_is_told_in_the_record_with_its_totals_and_happens_once(self, cast):
        budget = last_years_book(cast, "599,900.00")
        ended = close_year(budget, cast.hana)
        assert services.close_year(budget=budget, by=cast.hana) == ended
        told = Event.objects.get(kind="ledger.year_closed").facts
        assert (told["net"], told["carried_forward"], told["memorandum"]) == ("100.00", "0.00", ended.sha256)
        assert sha256(bytes(ended.body)).hexdigest() == ended.sha256
        assert Journal.objects.filter(kind="year_end").count() == 1
        assert list(invariants.breaks(cast.alliance.pk)) == []

    def test_leaves_a_journal_that_nobody_reverses(self, cast):
        ended = close_year(last_years_book(cast, "599,900.00"), cast.hana)
        with pytest.raises(NotPossible, match="What the close of a year posted stands"):
            services.reverse_journal(journal=ended.journal, reason="No.", by=cast.hana)

    def test_pays_what_is_returned_as_any_payment(self, cast):
        close_year(last_years_book(cast, "599,900.00"), cast.hana)
        services.pay_participant(
            participant=cast.council,
            amount=D("66.67"),
            on=date(2026, 4, 28),
            reference="SHARE 1",
            by=cast.hana,
        )
        assert summaries.owed(cast.alliance.pk)[cast.council.pk] == D("0.00")


class TestTheNextYear:
    def test_begins_with_what_was_carried_forward_and_with_no_other_sum(self, cast):
        budget = last_years_book(cast, "599,900.00")
        decide_underspend(budget, "part", "40.00")
        close_year(budget, cast.hana)
        form = YearForm(None, alliance=cast.alliance)
        assert form.initial["brought_forward"] == D("40.00")
        with pytest.raises(NotPossible, match=r"2025–26 was closed with £40\.00 carried forward"):
            open_next(cast, "39.99")
        assert open_next(cast, "40.00").brought_forward == D("40.00")

    def test_is_none_before_a_closed_one_because_nothing_would_bring_its_rest_forward(self, cast):
        budget = last_years_book(cast, "599,900.00")
        close_year(budget, cast.hana)
        with pytest.raises(NotPossible, match="A year after 2024–25 is closed"):
            make_book(cast, budget.year.previous)

    def test_opened_before_the_close_is_told_the_difference_and_keeps_its_plan(self, cast):
        budget = last_years_book(cast, "599,900.00")
        following = make_book(cast, NOW, brought_forward=D("130.00"), contingency=D("30130.00"))
        decide_underspend(budget, "carry")
        close_year(budget, cast.hana)
        account = gather(following)
        assert (account.planned_forward, account.difference, account.brought_forward) == (
            D("130.00"),
            D("-30.00"),
            D("100.00"),
        )
        assert account.net == D("600100.00")
        assert account.planned == D("600130.00")  # what was agreed stands
        assert (account.last.label, account.last.net) == ("2025–26", D("100.00"))
        assert {one.name: one.last for one in account.spending}["Housing first"] == D("599900.00")
        assert {one.name: one.last for one in account.shares}["Beacon Recovery"] == D("13.33")


def open_next(cast, brought_forward: str) -> Budget:
    decided.carry_out(
        cast.alliance,
        "year",
        **decided.year_terms(
            cast,
            "2026-04-01",
            year="2026–27",
            brought_forward=brought_forward,
            contingency=str(D(brought_forward)),
        ),
    )
    return Budget.objects.get(alliance=cast.alliance, starts_on=date(2026, 4, 1))


class TestAfterTheClose:
    def test_the_account_stays_and_a_restatement_stands_beside_it(self, cast, client_of):
        budget = last_years_book(cast, "599,900.00")
        decided.vire(budget, peer_support="-500.00", street_outreach="500.00")
        ended = close_year(budget, cast.hana)
        before = bytes(ended.body)
        decided.restate(cast.haven, budget.lines.first(), MAY, "subcontract", "599900.00", "599890.00")
        (one,) = restated_since(budget)
        assert (one.original, one.restated) == (D("599900.00"), D("599890.00"))
        assert bytes(YearEnd.objects.get().body) == before
        assert memorandum(budget).spent == D("599900.00")
        page = client_of(cast.bea).get(reverse("ledger:memorandum", args=["harbour-alliance", "2025-26"]))
        assert "£599,900.00 is restated as £599,890.00" in page.content.decode()
        following = make_book_by_decision(cast)
        account = gather(following)
        assert [(row.name, row.budget, row.spent) for row in account.spending if row.spent] == [
            ("Housing first (2025–26)", None, D("-10.00"))
        ]

    def test_its_money_does_not_move_any_more(self, cast):
        budget = last_years_book(cast)
        proposed = decided.vire(budget, peer_support="-500.00", street_outreach="500.00")
        close_year(budget, cast.hana)
        with pytest.raises(NotPossible, match="its money does not move any more"):
            decided.vire(budget, peer_support="-1.00", street_outreach="1.00")
        assert "its money does not move any more" in refused(
            run,
            """insert into ledger_budgetchange
               (alliance_id, budget_id, number, kind, decision_id, made_at, made_by_id)
               values (%s, %s, 9, 'virement', %s, now(), %s)""",
            *(cast.alliance.pk, budget.pk, proposed.pk, cast.hana.pk),
        )

    def test_nothing_is_expected_of_it_any_more(self, cast, client_of):
        budget = last_years_book(cast, "5.00")
        line = budget.lines.get(name="Housing first")
        its_page = f"{reverse('ledger:forecast', args=['harbour-alliance'])}?year=2025-26"
        say = reverse("ledger:say_forecast", args=["harbour-alliance", "2025-26", line.slug, "haven"])
        assert say in client_of(cast.finn).get(its_page).content.decode()
        close_year(budget, cast.hana)
        page = " ".join(client_of(cast.finn).get(its_page).content.decode().split())
        assert say not in page
        assert "We spent <strong>£5.00</strong> in 2025–26." in page
        assert "2025–26 is closed: what it cost is known (rule 42)." in page
        expected = {"method": "entered", "amount": D("9.00"), "reason": "More of it."}
        with pytest.raises(NotPossible, match="2025–26 is closed: what it cost is known"):
            services.say_forecast(budget_line=line, participant=cast.haven, by=cast.finn, **expected)


def make_book_by_decision(cast) -> Budget:
    ended = YearEnd.objects.get()
    return open_next(cast, str(ended.carried_forward))


@pytest.mark.django_db(transaction=True)
class TestTheDatabase:
    def test_refuses_to_close_what_is_open_said_otherwise_or_not_shared_by_the_rules(self, cast):
        budget = last_years_book(cast, "599,900.00")
        assert "when its twelve months are closed" in refused(end, budget, "100.00")
        close_months(budget, cast.hana)
        for net, carried in (("100.01", "0.00"), ("100.00", "0.01"), ("-100.00", "0.00")):
            assert "The book says that 100.00 is left, of which 0 is carried forward" in refused(
                end, budget, net, carried
            )
        assert "kept with its hash and its figures" in refused(end, budget, "100.00", says="7.00")
        for settled, words in (
            ((), "Everybody who contributed to a year has a share of it"),
            (("66.68", "20.00", "13.32"), "in proportion to contributions, to the penny"),
            (("66.67", "20.00", "13.32"), "sum to its net position"),
            (("66.67", "20.00", "13.33"), "posted as owed to its participants"),
        ):
            assert words in refused(end, budget, "100.00", settled=settled)
        assert "posted by the close of a year" in refused(post_alone, cast)

    def test_refuses_every_change_afterwards(self, cast):
        budget = last_years_book(cast, "599,900.00")
        ended = close_year(budget, cast.hana)
        for statement in (
            "update ledger_yearend set net = 5",
            "delete from ledger_yearend",
            "update ledger_yearshare set settled = 5",
            "truncate ledger_yearshare",
            "update ledger_underspend set most = 5",
            "delete from ledger_memorandumpaper",
        ):
            assert "permission denied" in refused(run, statement)
        assert "closed with 0.00 carried forward, and this one would begin with 5.00" in refused(
            insert_budget, cast, "5.00"
        )
        for change in ("asked_at = now()", "sha256 = repeat('0', 64)", "body = 'x'"):
            assert "A paper stays what it was asked" in refused(
                run, f"update ledger_memorandumpaper set {change}"
            )
        assert "takes nothing more" in refused(
            run,
            """insert into ledger_yearshare
               (alliance_id, year_end_id, participant_id, place, contribution, carried, settled)
               values (%s, %s, %s, 9, 0, 0, 0)""",
            *(cast.alliance.pk, ended.pk, cast.haven.pk),
        )
        agreed = decided.transfer(cast.beacon)
        assert "agreed by a key decision, carried out by its seal" in refused(
            run,
            """insert into ledger_underspend
               (alliance_id, budget_id, version, most, decision_id, agreed_at, agreed_by_id)
               values (%s, %s, 1, null, %s, now(), %s)""",
            *(cast.alliance.pk, budget.pk, agreed.pk, cast.hana.pk),
        )


def run(statement: str, *values) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(act, *args, **kwargs) -> str:
    """What the database says to it, at once or at the commit."""
    with pytest.raises(DatabaseError) as trouble:
        act(*args, **kwargs)
    return str(trouble.value)


def end(budget: Budget, net: str, carried: str = "0.00", *, settled=(), says: str = "") -> None:
    """A year closed by hand, with these shares and no journal."""
    body = canonical({"net": says or net, "carried_forward": carried})
    with transaction.atomic():
        ended = YearEnd.objects.create(
            alliance=budget.alliance,
            budget=budget,
            body=body,
            sha256=sha256(body).hexdigest(),
            net=D(net),
            carried_forward=D(carried),
            closed_by=budget.opened_by,
        )
        for place, (one, amount) in enumerate(zip(budget.contributions.all(), settled, strict=False), 1):
            YearShare.objects.create(
                alliance=budget.alliance,
                year_end=ended,
                participant=one.participant,
                place=place,
                contribution=one.amount,
                carried=D("0.00"),
                settled=D(amount),
            )


def insert_budget(cast, brought_forward: str) -> None:
    Budget.objects.create(
        alliance=cast.alliance,
        starts_on=date(2026, 4, 1),
        brought_forward=D(brought_forward),
        opened_by=cast.hana,
    )


def post_alone(cast) -> None:
    accounts = chart.accounts(cast.alliance.pk)
    with transaction.atomic():
        posting.need_month(cast.alliance.pk, NOW.months[0])
        posting.post(
            alliance_id=cast.alliance.pk,
            month=NOW.months[0],
            day=NOW.start,
            kind=Journal.Kind.YEAR_END,
            description="By hand",
            source="year end",
            key="2025-26",
            lines=[
                posting.Line(accounts[chart.CONTRIBUTIONS], cast.haven, D("5.00")),
                posting.Line(accounts[chart.OWED], cast.haven, D("-5.00")),
            ],
            by=cast.hana,
        )


@pytest.mark.django_db(transaction=True)
def test_two_who_close_the_same_year_at_once_close_it_once(cast):
    budget = last_years_book(cast, "599,900.00")
    close_months(budget, cast.hana)
    ends = race(*[lambda: services.close_year(budget=budget, by=cast.hana)] * 4)
    assert len({one.pk for one in ends}) == 1, ends
    assert Journal.objects.filter(kind="year_end").count() == YearEnd.objects.count() == 1
    assert Event.objects.filter(kind="ledger.year_closed").count() == 1
