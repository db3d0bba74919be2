"""What is posted by hand, in the browser: seen before it is posted, and told in plain words afterwards."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from alliance.core.periods import Month
from alliance.core.refusals import NotPossible
from ledger import saying, services
from ledger.models import Account, Accrual, Category, Correction, Journal, Transfer
from ledger.services import close_period
from tests.factories.decided import accrue, agreed_transfer, line_of, restate, vary
from tests.factories.ledger import NOVEMBER, OCTOBER, cost, make_book, period_of, post_return

D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture
def budget(cast):
    return make_book(cast)


def accrual_given(cast, budget, **changes) -> dict:
    return {
        "participant": cast.haven.pk,
        "month": NOVEMBER.slug,
        "budget_line": line_of(budget, "Housing first").pk,
        "category": "direct_other",
        "amount": "£1,200.00",
        "reason": "The agency's invoice has not come.",
    } | changes


class TestAnAccrualOrPrepayment:
    def test_shows_what_each_month_says_now_and_then_before_anything_is_posted(self, cast, budget, url, says):
        post_return(cast, [cost("100.00", category="Direct other")])
        page = says(cast.finn, url("accrue"), accrual_given(cast, budget))
        assert '<td data-label="Now (£)" class="figure">100.00</td>' in page
        assert '<td data-label="Then (£)" class="figure">1,300.00</td>' in page
        assert '<th scope="row">December 2026</th><td data-label="Now (£)" class="figure">0.00</td>' in page
        assert '<td data-label="Then (£)" class="figure">−1,200.00</td>' in page
        assert not Accrual.objects.exists()

    def test_carries_every_answer_to_the_posting_and_the_file_with_it(
        self, cast, budget, client_of, url, says
    ):
        given = accrual_given(cast, budget)
        carried = dict(_hidden(says(cast.finn, url("accrue"), given)))
        assert carried == {name: str(value) for name, value in given.items()} | {"amount": "1200.00"}
        file = SimpleUploadedFile("order.pdf", b"%PDF-1.4 an order", content_type="application/pdf")
        says(cast.finn, url("accrue"), carried | {"then": "post", "evidence": file}, status=303)
        made = Accrual.objects.get()
        assert (made.amount, str(made.reason)) == (D("1200.00"), "The agency's invoice has not come.")
        says(cast.finn, url("accrue"), carried | {"then": "post"}, status=303)
        assert Accrual.objects.count() == 1
        page = says(cast.ari, url("accruals"))
        assert "Accrual 1" in page
        assert f"taken back by journal {made.journal.reversed_by.number}" in page
        answer = client_of(cast.ari).get(url("accrual_evidence", 1))
        assert answer.content == b"%PDF-1.4 an order"
        assert answer["Content-Disposition"] == 'attachment; filename="order.pdf"'

    def test_can_be_changed_again_with_nothing_lost(self, cast, budget, url, says):
        page = says(cast.finn, url("accrue"), accrual_given(cast, budget, then="change", amount="7"))
        assert 'value="7"' in page
        assert "The agency&#x27;s invoice has not come." in page
        assert "There is a problem" not in page

    def test_spreads_a_prepayment_to_the_penny_as_it_says_before(self, cast, budget, url, says):
        given = accrual_given(cast, budget, amount="100.00", months="3", reason="Insurance.")
        page = says(cast.finn, url("prepay"), given)
        assert (
            page.count('class="figure">33.33</td>') == 4
        )  # the change, and what is then said, of two months
        says(cast.finn, url("prepay"), given | {"then": "post"}, status=303)
        cells = [
            Journal.objects.filter(kind="prepayment_used").order_by("month").values_list("month", "debit")
        ]
        assert list(cells[0]) == [
            (Month(2026, 12).start, D("33.34")),
            (Month(2027, 1).start, D("33.33")),
            (Month(2027, 2).start, D("33.33")),
        ]

    def test_tells_what_is_wrong_beside_the_field_and_posts_nothing(self, cast, budget, url, says):
        page = says(
            cast.finn, url("prepay"), accrual_given(cast, budget, amount="0.02", months="3"), status=422
        )
        assert "There is not a penny for each of 3 months" in page
        wrong = accrual_given(cast, budget, amount="a few", budget_line="", then="post")
        page = says(cast.finn, url("accrue"), wrong, status=422)
        assert "Select the budget line" in page
        assert 'value="a few"' in page
        assert not Accrual.objects.exists()

    def test_of_a_month_that_closed_meanwhile_is_refused_in_the_form(
        self, cast, budget, url, says, monkeypatch
    ):
        given = accrual_given(cast, budget, then="post")
        monkeypatch.setattr("ledger.services.accrue", _refuses)
        page = says(cast.finn, url("accrue"), given, status=422)
        assert "November 2026 is closed" in page
        assert "1,200.00" in page

    def test_is_closed_to_who_sends_no_returns(self, cast, budget, url, says):
        says(cast.lena, url("accrue"), accrual_given(cast, budget), status=403)
        assert "Accrue a cost" not in says(cast.lena, url("accruals"))


def _refuses(**given):
    raise NotPossible("November 2026 is closed: it takes no posting (rule 33).")


def _hidden(page: str) -> list[tuple[str, str]]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return [(name, unescape(value)) for name, value in found if name != "csrfmiddlewaretoken"]


class TestALinePutRight:
    @pytest.fixture
    def journal(self, cast, budget) -> Journal:
        return post_return(cast, [cost("100.00"), cost("50.00", line="Peer support")]).journal

    def test_begins_at_its_line_and_shows_before_and_after(self, cast, budget, journal, url, says):
        address = url("correction", journal.number, 1)
        assert address in says(cast.finn, journal.get_absolute_url())
        assert address not in says(cast.rosa, journal.get_absolute_url())
        given = {
            "amount": "90.00",
            "category": "subcontract",
            "budget_line": line_of(budget, "Housing first").pk,
            "reason": "Typed wrongly.",
        }
        page = says(cast.finn, address, given)
        assert '<td data-label="Says">£100.00</td><td data-label="Would say">£90.00</td>' in page
        assert '<td data-label="Says">£150.00</td><td data-label="Would say">£140.00</td>' in page
        assert not Correction.objects.exists()
        says(cast.finn, address, given | {"then": "post"}, status=303)
        made = Correction.objects.get()
        assert f'Corrected by <a class="govuk-link" href="{made.journal.get_absolute_url()}"' in says(
            cast.ari, journal.get_absolute_url()
        )
        page = says(cast.ari, made.journal.get_absolute_url())
        assert "One line put right" in page
        assert "The reason: “Typed wrongly.”" in page

    def test_that_says_it_already_is_asked_again(self, cast, budget, journal, url, says):
        given = {
            "amount": "100.00",
            "category": "subcontract",
            "budget_line": line_of(budget, "Housing first").pk,
            "reason": "No.",
        }
        page = says(cast.finn, url("correction", journal.number, 1), given, status=422)
        assert "This is what the line says already" in page

    def test_says_why_when_it_cannot_be(self, cast, journal, url, says):
        assert "Only a cost is corrected" in says(cast.finn, url("correction", journal.number, 3))
        says(cast.finn, url("correction", journal.number, 3), {}, status=409)
        says(cast.finn, url("correction", journal.number, 9), status=404)
        says(cast.rosa, url("correction", journal.number, 1), status=403)


class TestAPayment:
    def test_shows_what_is_owed_now_and_after_and_then_posts(self, cast, budget, url, says):
        post_return(cast, [cost("100.00")])
        assert "owes participants <strong>£100.00</strong>" in says(cast.lee, url("payments"))
        given = {
            "participant": cast.haven.pk,
            "amount": "60",
            "on_day": "20",
            "on_month": "11",
            "on_year": "2026",
            "reference": "BACS 9",
        }
        page = says(cast.hana, url("pay"), given)
        assert (
            '<th scope="row">Owed to Haven</th><td data-label="Now (£)" class="figure">100.00</td>'
            '<td data-label="Then (£)" class="figure">40.00</td>' in page
        )
        says(cast.hana, url("pay"), dict(_hidden(page)) | {"then": "post"}, status=303)
        page = says(cast.lee, url("payments"))
        assert "owes participants <strong>£40.00</strong>" in page
        assert "Payment to Haven Homes" in page

    def test_of_more_than_is_owed_is_told_beside_the_amount(self, cast, budget, url, says):
        post_return(cast, [cost("100.00")])
        given = {"participant": cast.haven.pk, "amount": "100.01", "on": "2026-11-20", "reference": "9"}
        page = says(cast.hana, url("pay"), given, status=422)
        assert "£100.00 is owed to Haven. More leaves the pool only by a transfer" in page

    def test_is_not_there_when_nothing_is_owed(self, cast, budget, url, says):
        assert "Nothing is owed to anybody" in says(cast.hana, url("pay"))
        says(cast.hana, url("pay"), {"amount": "1"}, status=409)

    def test_leaves_what_was_received_as_it_is(self, cast, budget, url, says):
        """A payment out of the pool is no contribution that went back."""
        contribution = budget.contributions.get(participant=cast.haven)
        services.receive_contribution(
            contribution=contribution, amount=D("500.00"), on=NOVEMBER.start, reference="1", by=cast.hana
        )
        post_return(cast, [cost("100.00")])
        services.pay_participant(
            participant=cast.haven, amount=D("100.00"), on=NOVEMBER.start, reference="2", by=cast.hana
        )
        page = says(cast.lee, url("budget"))
        assert '<td data-label="Received (£)" class="figure">500.00</td>' in page


class TestATransfer:
    def test_waits_with_its_decision_until_the_pool_manager_enters_its_payment(self, cast, budget, url, says):
        transfer = agreed_transfer(cast.beacon)
        page = says(cast.lee, url("payments"))
        assert "Agreed, waiting for payment" in page
        assert transfer.decision.get_absolute_url() in page
        assert url("pay_transfer", 1) not in page
        address = url("pay_transfer", 1)
        assert '<td data-label="Then (£)" class="figure">−2,500.00</td>' in says(cast.hana, address)
        wrong = {"on": "2026-12-24", "reference": "BACS 11"}
        assert "must be 22 November 2026 or earlier" in says(cast.hana, address, wrong, status=422)
        says(cast.hana, address, wrong | {"on": "2026-11-22"}, status=303)
        assert Transfer.objects.get().state == "paid"
        page = says(cast.lee, url("payments"))
        assert "waiting for payment" not in page
        assert "Journal" in page
        assert "A transfer is paid once" in says(cast.hana, address)
        says(cast.hana, address, wrong, status=200)
        assert Journal.objects.filter(kind="transfer_out").count() == 1


class TestARestatement:
    @pytest.fixture
    def restated(self, cast, budget):
        post_return(cast, [cost("100.00", day="05/10/2026")], OCTOBER)
        for month in budget.year.months[: budget.year.months.index(OCTOBER) + 1]:
            close_period(period=period_of(cast, month), by=cast.hana)
        return restate(
            cast.haven, line_of(budget, "Housing first"), OCTOBER, Category.SUBCONTRACT, "100.00", "80.00"
        )

    @pytest.mark.parametrize(
        "address", ["lines?month=2026-10", "lines?line=housing-first", "book?month=2026-10", "periods"]
    )
    def test_stands_side_by_side_where_its_month_and_its_line_are_shown(
        self, cast, restated, address, url, says
    ):
        name, _, query = address.partition("?")
        page = says(cast.ari, f"{url(name)}?{query}")
        assert (
            '<td data-label="Original (£)" class="figure">100.00</td>'
            '<td data-label="Correction (£)" class="figure">−20.00</td>'
            '<td data-label="Restated (£)" class="figure">80.00</td>' in page
        )
        assert restated.get_absolute_url() in page

    @pytest.mark.parametrize(
        "address", ["lines?month=2026-09", "lines?line=peer-support", "lines?participant=beacon"]
    )
    def test_is_not_told_of_others(self, cast, restated, address, url, says):
        name, _, query = address.partition("?")
        assert "Restated by decision" not in says(cast.ari, f"{url(name)}?{query}")


class TestAJournalInPlainWords:
    def test_says_what_every_kind_is_and_every_side_means(self):
        assert set(saying.WHAT) == set(saying.IN_SHORT) == set(Journal.Kind)
        assert set(saying.MEANS) == set(Account.Kind)

    def test_stands_beside_debit_and_credit(self, cast, budget, says):
        journal = post_return(cast, [cost("100.00"), cost("-20.00")]).journal
        page = says(cast.lee, journal.get_absolute_url())
        assert "The pool owes them to it until it pays." in page
        assert '<strong>Money out</strong><span class="beneath">Spent</span>' in page
        assert '<strong>Money in</strong><span class="beneath">A cost taken back</span>' in page
        assert "<span>Owed until the pool pays</span>" in page

    def test_names_what_is_behind_it(self, cast, budget, says):
        made = accrue(cast)
        assert "The agency&#x27;s invoice for November has not come." in says(
            cast.lee, made.journal.get_absolute_url()
        )
        decision = vary(budget, {cast.haven: "10.00"}, peer_support="10.00")
        journal = Journal.objects.get(kind="contributions_varied")
        assert decision.get_absolute_url() in says(cast.lee, journal.get_absolute_url())
