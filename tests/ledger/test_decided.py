"""The agreed money changes only inside a seal, and exactly as its words say (rules 30 to 33, 35, 38)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from alliance.core.models import Event
from alliance.core.periods import FinancialYear
from alliance.core.refusals import NotAllowed, NotPossible, Refusal
from decisions import effects
from decisions.models import Decision
from decisions.services import draft_successor, open_proposal
from ledger import services, summaries
from ledger.effects import VariationForm, VirementForm, YearForm
from ledger.models import (
    BookTerms,
    Budget,
    BudgetChange,
    Category,
    Journal,
    Overhead,
    Period,
    Restatement,
    ShareTerms,
    Transfer,
)
from ledger.services import close_period
from tests.factories.decided import (
    agree_share,
    line_of,
    restate,
    transfer,
    vary,
    vire,
    virement_terms,
    year_terms,
)
from tests.factories.decisions import answer, make_decision
from tests.factories.effects import agree_all, carry_out, propose_effect, voices
from tests.factories.ledger import NOVEMBER, OCTOBER, cost, make_book, period_of, post_return

D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture
def budget(cast) -> Budget:
    return make_book(cast)


def refused(statement: str, *values) -> str:
    """What the database says to it, at once or at the commit."""

    def run():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            cursor.execute("set constraints all immediate")

    with pytest.raises(DatabaseError) as trouble:
        run()
    return str(trouble.value)


def lines_now(budget: Budget) -> dict[str, Decimal]:
    return {one.name: one.now for one in budget.lines.as_now()}


class TestAVirement:
    def test_moves_money_between_lines_when_all_have_agreed_and_not_before(self, cast, budget):
        terms = virement_terms(budget, housing_first="-12000.00", street_outreach="12000.00")
        proposal = propose_effect(cast.alliance, "virement", **terms)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        assert lines_now(budget)["Housing first"] == D("320000.00")
        answer(proposal, cast.beacon, cast.rosa)
        assert lines_now(budget) == {
            "Housing first": D("308000.00"),
            "Street outreach": D("192000.00"),
            "Peer support": D("70000.00"),
            "Contingency": D("30000.00"),
        }
        change = BudgetChange.objects.get()
        assert (change.kind, change.decision.proposal, change.number) == ("virement", proposal, 1)
        told = Event.objects.about(change).get().facts
        assert [one["amount"] for one in told["moves"]] == ["-12000.00", "12000.00"]

    def test_is_in_the_open_books_totals(self, cast, budget):
        vire(budget, contingency="-5000.00", peer_support="5000.00")
        spent = summaries.spending(cast.alliance, budget.year, budget)
        assert {one.name: one.budget for one in spent.by_line}["Peer support"] == D("75000.00")

    def test_does_not_open_when_it_does_not_sum_to_nothing(self, cast, budget):
        with pytest.raises(NotPossible, match=r"£0.01 too much leaves"):
            vire(budget, housing_first="-12000.01", street_outreach="12000.00")

    def test_takes_no_line_below_nothing(self, cast, budget):
        with pytest.raises(NotPossible, match=r"Peer support has £70,000.00"):
            vire(budget, peer_support="-70000.01", street_outreach="70000.01")

    def test_when_another_took_the_money_first_the_last_answer_is_refused(self, cast, budget):
        late = propose_effect(
            cast.alliance,
            "virement",
            **virement_terms(budget, peer_support="-50000.00", housing_first="50000.00"),
        )
        vire(budget, peer_support="-30000.00", street_outreach="30000.00")
        with pytest.raises(NotPossible, match=r"Peer support has £40,000.00"):
            agree_all(late)
        assert BudgetChange.objects.count() == 1

    def test_of_a_year_whose_last_month_is_closed_is_not_possible(self, cast, budget, monkeypatch):
        monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2027, 6, 1, 9, tzinfo=UTC))
        for period in Period.objects.filter(alliance=cast.alliance).order_by("month"):
            close_period(period=period, by=cast.hana)
        with pytest.raises(NotPossible, match="its money does not move any more"):
            vire(budget, housing_first="-1.00", street_outreach="1.00")

    def test_is_refused_by_the_database_without_a_decision_that_is_sealed_now(self, cast, budget):
        decision = make_decision(cast.council, voices(cast.alliance))
        assert "by a key decision, carried out by its seal (rule 31)" in refused(
            """insert into ledger_budgetchange (alliance_id, budget_id, number, kind, decision_id, made_at, made_by_id)
               values (%s, %s, 1, 'virement', %s, now(), %s)""",
            *(cast.alliance.pk, budget.pk, decision.pk, cast.hana.pk),
        )

    def test_takes_no_other_moves_than_its_decision_says(self, cast, budget):
        vire(budget, housing_first="-1.00", street_outreach="1.00")
        change, housing = BudgetChange.objects.get(), line_of(budget, "Housing first")
        for line, amount in ((housing, "5.00"), (line_of(budget, "Peer support"), "5.00")):
            refused(
                "insert into ledger_move (alliance_id, change_id, budget_line_id, amount) values (%s, %s, %s, %s)",
                *(cast.alliance.pk, change.pk, line.pk, amount),
            )
        assert "permission denied" in refused("update ledger_move set amount = 7")

    def test_form_shows_each_line_with_what_it_has_and_writes_down_what_moves(self, cast, budget):
        vire(budget, contingency="-5000.00", peer_support="5000.00")
        peer, housing = line_of(budget, "Peer support"), line_of(budget, "Housing first")
        empty = VirementForm(None, alliance=cast.alliance)
        assert "£75,000.00 now" in empty.fields[f"line_{peer.pk}"].help_text
        form = VirementForm(
            {f"line_{peer.pk}": "-1,000", f"line_{housing.pk}": "1000"}, alliance=cast.alliance
        )
        assert form.is_valid(), form.errors
        assert form.terms["amounts"] == ["1000.00", "-1000.00"]
        again = VirementForm(None, alliance=cast.alliance, terms=form.terms)
        assert again.initial[f"line_{peer.pk}"] == D("-1000.00")

    def test_form_says_at_the_line_what_is_not_there(self, cast, budget):
        peer, housing = line_of(budget, "Peer support"), line_of(budget, "Housing first")
        form = VirementForm(
            {f"line_{peer.pk}": "-80000", f"line_{housing.pk}": "80000"}, alliance=cast.alliance
        )
        assert list(form.errors) == [f"line_{peer.pk}"]


class TestAVariation:
    def test_changes_contributions_and_lines_by_the_same_total_and_what_is_due(self, cast, budget):
        vary(budget, {cast.council: "20000.00"}, street_outreach="20000.00")
        assert lines_now(budget)["Street outreach"] == D("200000.00")
        pool = summaries.pool(budget)
        assert {who.name: agreed for who, agreed, _ in pool.by_participant}[cast.council.name] == D(
            "420000.00"
        )
        journal = Journal.objects.get(kind="contributions_varied")
        assert sorted(journal.entries.values_list("account__code", "amount")) == [
            ("1100", D("20000.00")),
            ("3000", D("-20000.00")),
        ]

    def test_of_unequal_sides_does_not_open(self, cast, budget):
        with pytest.raises(NotPossible, match="They must be equal"):
            vary(budget, {cast.council: "20000.00"}, street_outreach="19999.99")

    def test_can_take_money_back_but_never_more_than_was_agreed(self, cast, budget):
        vary(budget, {cast.beacon: "-80000.00"}, housing_first="-80000.00")
        assert {who.name: agreed for who, agreed, _ in summaries.pool(budget).by_participant}[
            cast.beacon.name
        ] == D("0.00")
        with pytest.raises(NotPossible, match=r"£120,000.00 is agreed"):
            vary(budget, {cast.haven: "-120000.01"}, housing_first="-120000.01")

    def test_form_offers_contributions_and_lines(self, cast, budget):
        of_council = budget.contributions.get(participant=cast.council)
        line = line_of(budget, "Peer support")
        form = VariationForm(
            {f"contribution_{of_council.pk}": "500", f"line_{line.pk}": "500"}, alliance=cast.alliance
        )
        assert form.is_valid(), form.errors
        assert form.terms["participant_names"] == [cast.council.name]


class TestAYear:
    def test_is_opened_by_the_founders_and_afterwards_by_a_decision(self, cast, budget):
        agree = carry_out(cast.alliance, "year", **year_terms(cast))
        opened = Budget.objects.get(starts_on=date(2027, 4, 1))
        assert opened.decision == agree
        assert lines_now(opened) == {
            "Housing first": D("250000.00"),
            "Street outreach": D("140000.00"),
            "Contingency": D("10000.00"),
        }
        assert opened.brought_forward == D("10000.00")

    def test_is_not_opened_by_the_pool_manager_once_the_alliance_decides(self, cast, budget):
        make_decision(cast.council, voices(cast.alliance))
        with pytest.raises(NotAllowed, match="changes by a decision of all"):
            make_book(cast, FinancialYear(2027))

    def test_is_refused_by_the_database_too(self, cast, budget):
        make_decision(cast.council, voices(cast.alliance))
        assert "opened by a key decision" in refused(
            """insert into ledger_budget (alliance_id, starts_on, brought_forward, opened_at, opened_by_id)
               values (%s, '2027-04-01', 0, now(), %s)""",
            *(cast.alliance.pk, cast.hana.pk),
        )

    def test_that_does_not_add_up_does_not_open(self, cast, budget):
        with pytest.raises(NotPossible, match=r"£0.01 too much is planned"):
            carry_out(cast.alliance, "year", **year_terms(cast, contingency="10000.01"))

    def test_form_begins_with_the_lines_of_the_year_before(self, cast, budget):
        form = YearForm(None, alliance=cast.alliance)
        assert [form.initial.get(f"line_{place}") for place in (1, 2, 3, 4)] == [
            "Housing first",
            "Street outreach",
            "Peer support",
            None,
        ]
        said = {"line_1": "Housing first", "amount_1": "400", f"contribution_{cast.council.pk}": "400"}
        full = YearForm(said, alliance=cast.alliance)
        assert full.is_valid(), full.errors
        assert effects.sentences(cast.alliance, full.terms)[0] == "The year 2027–28 of the open book opens."
        wrong = YearForm(said | {"amount_2": "5", "line_3": "Training"}, alliance=cast.alliance)
        assert set(wrong.errors) == {"line_2", "amount_3"}


class TestShareTerms:
    def test_are_agreed_by_a_decision_version_after_version(self, cast, budget):
        agree_share(budget, {cast.haven: "45.5", cast.beacon: "30.25"})
        agree_share(budget, {cast.haven: "50", cast.beacon: "50"}, target="2300000.00")
        newest = ShareTerms.objects.filter(budget=budget).first()
        assert (newest.version, newest.target) == (2, D("2300000.00"))
        assert [str(one.weight) for one in newest.split.all()] == ["50.0000", "50.0000"]

    def test_need_a_target_and_a_split(self, cast, budget):
        with pytest.raises(NotPossible, match="among which providers"):
            agree_share(budget, {})
        with pytest.raises(NotPossible, match="a target of more than nothing"):
            agree_share(budget, {cast.haven: "1"}, target="0.00")

    def test_of_the_founders_are_entered_once_before_the_first_proposal(self, cast, budget):
        given = {
            "budget": budget,
            "target": D("600000.00"),
            "neutral_band": D(2),
            "gain_share": D(40),
            "pain_share": D(60),
            "gain_cap": D(5),
            "pain_cap": D("1.5"),
            "split": [(cast.haven, D(60)), (cast.beacon, D(40))],
            "by": cast.hana,
        }
        assert services.agree_share_terms(**given).decision is None
        make_decision(cast.council, voices(cast.alliance))
        with pytest.raises(NotAllowed):
            services.agree_share_terms(**given)


class TestTheTermsOfTheBook:
    def test_are_five_percent_and_twenty_one_days_until_a_decision_says_otherwise(self, cast, budget):
        assert (BookTerms().forecast_percent, BookTerms().plan_days) == (D("5.000"), 21)
        carry_out(
            cast.alliance,
            "book_terms",
            forecast_percent="7.5",
            plan_days=14,
            report_cycle="monthly",
            contributions_vary="By a variation, once a quarter.",
        )
        terms = BookTerms.objects.get()
        assert (terms.forecast_percent, terms.plan_days, terms.version) == (D("7.500"), 14, 1)


class TestAnOverhead:
    def terms(self, cast, budget, **changes) -> dict:
        return {
            "budget_line": line_of(budget, "Peer support"),
            "driver": "headcount",
            "participants": [cast.council.pk, cast.haven.pk],
            "participant_names": [cast.council.name, cast.haven.name],
            "quantities": ["12", "30"],
        } | changes

    def test_has_one_driver_for_the_whole_year(self, cast, budget):
        carry_out(cast.alliance, "overhead", **self.terms(cast, budget))
        assert [one.quantity for one in Overhead.objects.get().basis.all()] == [D("12.00"), D("30.00")]
        with pytest.raises(NotPossible, match="the same all year"):
            carry_out(cast.alliance, "overhead", **self.terms(cast, budget, driver="time"))

    def test_by_headcount_says_how_many(self, cast, budget):
        nobody = {"participants": [], "participant_names": [], "quantities": []}
        with pytest.raises(NotPossible, match="how much of the driver"):
            carry_out(cast.alliance, "overhead", **self.terms(cast, budget, **nobody))
        carry_out(cast.alliance, "overhead", **self.terms(cast, budget, driver="spend", **nobody))
        assert Overhead.objects.get().driver == "spend"


class TestMoneyThatLeavesThePool:
    def test_needs_the_agreement_of_all_before_and_is_paid_once(self, cast, budget):
        transfer(cast.haven)
        agreed = Transfer.objects.get()
        paid = services.pay_transfer(
            transfer=agreed, on=timezone.localdate(), reference="BACS 9", by=cast.hana
        )
        again = services.pay_transfer(
            transfer=agreed, on=timezone.localdate(), reference="BACS 10", by=cast.hana
        )
        assert (paid.state, again.journal) == ("paid", paid.journal)
        assert sorted(paid.journal.entries.values_list("account__code", "amount")) == [
            ("1000", D("-2500.00")),
            ("3100", D("2500.00")),
        ]

    def test_is_not_paid_once_another_decision_took_the_place_of_the_one_that_agreed_to_it(
        self, cast, budget, monkeypatch
    ):
        """Not by the service, and not by the database if the service forgets to ask."""
        decision = transfer(cast.haven)
        draft = draft_successor(decision=decision, participant=cast.council, by=cast.carol)
        agree_all(open_proposal(proposal=draft, by=cast.carol))
        given = {"on": timezone.localdate(), "reference": "BACS 9", "by": cast.hana}
        old = Transfer.objects.get()  # what the first carried out, the second does not carry out again
        with pytest.raises(NotPossible, match="nothing is paid on it"):
            services.pay_transfer(transfer=old, **given)
        monkeypatch.setattr(Decision, "is_in_effect", lambda decision: True)
        with pytest.raises(DatabaseError, match="not in effect"), transaction.atomic():
            services.pay_transfer(transfer=old, **given)

    def test_is_paid_by_nobody_but_the_pool_manager(self, cast, budget):
        transfer(cast.haven)
        with pytest.raises(NotAllowed):
            services.pay_transfer(
                transfer=Transfer.objects.get(), on=timezone.localdate(), reference="", by=cast.pat
            )

    def test_is_refused_by_the_database_without_that_agreement(self, cast, budget):
        decision = make_decision(cast.council, voices(cast.alliance))
        assert "when all have agreed to it before" in refused(
            """insert into ledger_transfer (alliance_id, number, participant_id, amount, purpose, decision_id, state,
                   agreed_at, agreed_by_id) values (%s, 1, %s, 100, 'x', %s, 'agreed', now(), %s)""",
            *(cast.alliance.pk, cast.haven.pk, decision.pk, cast.hana.pk),
        )

    def test_a_payment_of_what_is_owed_needs_no_decision_and_stops_at_what_is_owed(self, cast, budget):
        post_return(cast, [cost("120.00"), cost("80.00")])
        given = {"participant": cast.haven, "on": timezone.localdate(), "by": cast.hana}
        journal = services.pay_participant(amount=D("150.00"), reference="BACS 1", **given)
        assert services.pay_participant(amount=D("150.00"), reference="BACS 1", **given) == journal
        with pytest.raises(NotPossible, match=r"£50.00 is owed to Haven"):
            services.pay_participant(amount=D("50.01"), reference="BACS 2", **given)
        services.pay_participant(amount=D("50.00"), reference="BACS 2", **given)

    def test_a_payment_that_was_told_wrongly_is_reversed_and_told_again_under_its_reference(
        self, cast, budget
    ):
        """And so is money received."""
        post_return(cast, [cost("120.00")])
        owner = budget.contributions.get(participant=cast.haven)
        on = {"on": timezone.localdate(), "reference": "BACS 1", "by": cast.hana}
        for tell in (
            lambda amount: services.pay_participant(participant=cast.haven, amount=D(amount), **on),
            lambda amount: services.receive_contribution(contribution=owner, amount=D(amount), **on),
        ):
            wrong = tell("21.00")
            with pytest.raises(NotPossible, match="with other figures"):
                tell("12.00")
            services.reverse_journal(journal=wrong, reason="Two figures changed places.", by=cast.hana)
            right = tell("12.00")
            assert (right.debit, right.number) == (D("12.00"), wrong.number + 2)
            assert tell("12.00") == right

    def test_what_leaves_the_pool_is_no_less_received(self, cast, budget):
        post_return(cast, [cost("120.00"), cost("80.00")])
        today = timezone.localdate()
        services.receive_contribution(
            contribution=budget.contributions.get(participant=cast.haven),
            amount=D("500.00"),
            on=today,
            reference="IN 1",
            by=cast.hana,
        )
        services.pay_participant(
            participant=cast.haven, amount=D("200.00"), on=today, reference="BACS 1", by=cast.hana
        )
        received = {who: got for who, _, got in summaries.pool(budget).by_participant}
        assert received == {cast.council: D("0.00"), cast.haven: D("500.00"), cast.beacon: D("0.00")}


class TestARestatement:
    @pytest.fixture
    def closed(self, cast, budget):
        """October is closed with 120.00 of Haven's subcontracts on Housing first."""
        post_return(cast, [cost("120.00", day="03/10/2026")], OCTOBER)
        for month in budget.year.months[: budget.year.months.index(OCTOBER) + 1]:
            close_period(period=period_of(cast, month), by=cast.hana)
        return budget

    def test_shows_original_correction_and_restated_and_posts_restated_minus_original(self, cast, closed):
        line = line_of(closed, "Housing first")
        restate(cast.haven, line, OCTOBER, "subcontract", "120.00", "95.50")
        made = Restatement.objects.get()
        assert (made.original, made.correction, made.restated) == (D("120.00"), D("-24.50"), D("95.50"))
        assert made.journal.month == NOVEMBER.start
        cell = summaries.cell(cast.alliance.pk, OCTOBER, cast.haven, Category.SUBCONTRACT, line)
        assert cell == D("95.50")

    def test_is_worded_again_when_the_book_says_something_else_by_now(self, cast, closed):
        line = line_of(closed, "Housing first")
        restate(cast.haven, line, OCTOBER, "subcontract", "120.00", "95.50")
        with pytest.raises(NotPossible, match=r"The book says £95.50 there by now"):
            restate(cast.haven, line, OCTOBER, "subcontract", "120.00", "90.00")

    def test_is_of_a_closed_month_only(self, cast, closed):
        with pytest.raises(NotPossible, match="only a closed one is restated"):
            restate(cast.haven, line_of(closed, "Housing first"), NOVEMBER, "subcontract", "0.00", "90.00")

    def test_is_not_reversed_by_anybody(self, cast, closed):
        restate(cast.haven, line_of(closed, "Housing first"), OCTOBER, "subcontract", "120.00", "95.50")
        with pytest.raises(Refusal, match="takes another decision"):
            services.reverse_journal(journal=Restatement.objects.get().journal, reason="No.", by=cast.hana)
