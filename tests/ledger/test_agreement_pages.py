"""What was agreed about the money, in the browser: with its decisions, its first set-up, and the way to change it."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from decisions import effects, guidance
from decisions.models import Proposal
from ledger.models import BookTerms, BudgetLine, Category, Overhead, ShareTerms
from tests.factories.decided import agree_share, agreed_transfer, line_of, vary, vire, virement_terms
from tests.factories.decisions import make_draft, make_proposal
from tests.factories.effects import agree_all, propose_effect
from tests.factories.ledger import cost, make_book, post_return

D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture
def budget(cast):
    return make_book(cast)


def test_whoever_is_asked_sees_each_sum_now_and_then_while_the_proposal_is_open(cast, budget, says):
    vire(budget, housing_first="-1000.00", contingency="1000.00")
    housing, peer = line_of(budget, "Housing first"), line_of(budget, "Peer support")
    moves = virement_terms(budget, housing_first="-500.00", peer_support="750.00")
    varied = {
        "participants": [cast.haven.pk],
        "participant_names": ["Haven Homes"],
        "contributions": ["250.00"],
    }
    proposal = propose_effect(cast.alliance, "variation", **moves, **varied)
    agreed = budget.contributions.get(participant=cast.haven).amount
    page = says(cast.bea, proposal.get_absolute_url())
    for name, now, then in (
        ("Haven Homes contributes", agreed, agreed + 250),
        ("Housing first", housing.now, housing.now - 500),
        ("Peer support", peer.now, peer.now + 750),
    ):
        row = page.partition(f'<th scope="row">{name}</th>')[2].partition("</tr>")[0]
        assert f'"Now (£)" class="figure">{now:,.2f}<' in row
        assert f'"Then (£)" class="figure">{then:,.2f}<' in row
    sealed = agree_all(proposal)
    assert "Now (£)" not in says(cast.bea, sealed.get_absolute_url())


class TestTheAgreement:
    def test_shows_each_line_with_what_it_began_with_each_change_and_its_decision(
        self, cast, budget, url, says
    ):
        first = vire(budget, housing_first="-12000.00", street_outreach="12000.00")
        second = vary(budget, {cast.haven: "500.00"}, street_outreach="500.00")
        post_return(cast, [cost("100.00", line="Street outreach")])
        page = says(cast.bea, url("budget"))
        row = page.partition('line=street-outreach">')[2].partition("</tr>")[0]
        assert f'£12,000.00 more, <a class="govuk-link" href="{first.get_absolute_url()}"' in row
        assert f'£500.00 more, <a class="govuk-link" href="{second.get_absolute_url()}"' in row
        for heading, amount in (
            ("Opened with", "180,000.00"),
            ("Now", "192,500.00"),
            ("Spent", "100.00"),
            ("Left", "192,400.00"),
        ):
            assert f'data-label="{heading} (£)" class="figure">{amount}<' in row
        assert "£12,000.00 less" in page
        assert "<strong>£600,500.00</strong> on both sides" in page
        assert "<strong>£30,000.00</strong> of it is kept as contingency" in page

    def test_shows_how_gain_and_pain_are_shared_now_and_before(self, cast, budget, url, says):
        first = agree_share(budget, {cast.haven: "60", cast.beacon: "40"})
        second = agree_share(budget, {cast.haven: "1"}, gain_cap="2.5")
        page = says(cast.bea, url("budget"))
        assert "at most 2.5&nbsp;% of the target" in page
        assert "Haven Homes 60, Beacon Recovery 40" in page
        assert first.get_absolute_url() in page
        assert second.get_absolute_url() in page

    def test_tells_what_is_set_aside_and_what_each_provider_pays_and_receives_at_most(
        self, cast, budget, url, says
    ):
        """The caps of rule 38's worked example: 120,000.00 and 36,000.00."""
        agree_share(budget, {cast.haven: "45.5", cast.beacon: "30.25", cast.council: "24.25"})
        risk = says(cast.bea, url("budget")).partition('id="risk"')[2].partition("<h2")[0]
        assert "£30,000.00 of contingency, of which £0.00 is spent" in risk
        assert "the providers pay £36,000.00 at most together, and receive £120,000.00 at most" in risk
        for amount in ("16,380.00", "10,890.00", "8,730.00", "54,600.00"):
            assert f">{amount}<" in risk

    def test_says_what_each_category_of_cost_means(self, cast, budget, url, says):
        page = says(cast.bea, url("budget"))
        for one in Category:
            assert f"category={one.value}" in page
            assert one.means in page

    def test_leads_whoever_speaks_for_a_participant_to_the_drafting_of_a_change(
        self, cast, budget, url, says
    ):
        make_proposal(cast.haven, cast.pat)
        page = says(cast.pat, url("budget"))
        propose = reverse("decisions:propose", args=[cast.alliance.slug])
        for sort in ("variation", "virement", "year", "share_terms", "book_terms", "overhead", "transfer"):
            assert f'{propose}?template={sort}"' in page
        page = says(cast.pat, f"{propose}?template=virement")
        assert " checked" in page.partition('value="virement"')[2].partition(">")[0]
        page = says(cast.lee, url("budget"))
        assert propose not in page
        assert "Representatives and deputies put proposals" in page

    def test_names_the_transfers_that_wait(self, cast, budget, url, says):
        agreed_transfer(cast.beacon)
        assert "£2,500.00 to Beacon Recovery: Winter reserve of the shelter." in says(cast.bea, url("budget"))

    def test_asks_as_many_queries_with_more_changes(self, cast, budget, client_of, url):
        counts = []
        for _ in range(2):
            vire(budget, housing_first="-1.00", street_outreach="1.00")
            vary(budget, {cast.haven: "1.00"}, street_outreach="1.00")
            client = client_of(cast.bea)
            with CaptureQueriesContext(connection) as asked:
                client.get(url("budget"))
            counts.append(len(asked))
        assert counts[0] == counts[1]


class TestTheFirstSetUp:
    SHARE = {
        "target": "600,000",
        "neutral_band": "2",
        "gain_share": "40",
        "gain_cap": "5",
        "pain_share": "60",
        "pain_cap": "1.5",
    }

    def test_goes_from_the_year_through_three_steps_that_can_be_skipped(self, cast, client_of, url, says):
        given = {
            f"from_{cast.council.slug}": "400,000",
            "line_1": "Housing first",
            "line_1_amount": "400000",
        }
        answer = client_of(cast.hana).post(url("new_year"), given | {"opens": "2026-27"})
        assert answer["Location"] == url("set_up", "share_terms")
        twice = says(cast.hana, url("new_year"), given | {"opens": "2026-27"}, status=422)
        assert "The year 2026-27 is open already" in twice
        ways = {
            "share_terms": url("set_up", "book_terms"),
            "book_terms": url("set_up", "overhead"),
            "overhead": url("budget"),
        }
        for step, following in ways.items():
            page = says(cast.hana, url("set_up", step))
            assert f'href="{following}">Skip this step</a>' in page
            assert page.count("(done)") == 1  # the year; what was skipped is not

    def test_reads_a_percentage_with_its_sign_as_one_without(self, cast, budget, client_of, url):
        split = {f"weight_{cast.haven.pk}": "60", f"weight_{cast.beacon.pk}": "40"}
        signed = {"neutral_band": "2%", "pain_share": " 60 % ", "pain_cap": "1.5 %"}
        answer = client_of(cast.hana).post(url("set_up", "share_terms"), self.SHARE | split | signed)
        assert answer["Location"] == url("set_up", "book_terms")
        terms = ShareTerms.objects.get()
        assert (terms.neutral_band, terms.pain_share, terms.pain_cap) == (D("2"), D("60"), D("1.5"))

    def test_enters_what_the_founders_signed_without_a_decision(self, cast, budget, client_of, url, says):
        client = client_of(cast.hana)
        split = {f"weight_{cast.haven.pk}": "60", f"weight_{cast.beacon.pk}": "40"}
        for _ in range(2):  # a doubled click
            answer = client.post(url("set_up", "share_terms"), self.SHARE | split)
            assert answer["Location"] == url("set_up", "book_terms")
        terms = ShareTerms.objects.get()
        assert (terms.target, terms.decision, terms.agreed_by) == (D("600000.00"), None, cast.hana)
        assert [(one.participant, one.weight) for one in terms.split.all()] == [
            (cast.haven, 60),
            (cast.beacon, 40),
        ]
        given = {"forecast_percent": "7", "plan_days": "14", "report_cycle": "monthly"}
        for _ in range(2):
            assert client.post(url("set_up", "book_terms"), given)["Location"] == url("set_up", "overhead")
        assert BookTerms.objects.get().plan_days == 14
        line = line_of(budget, "Peer support")
        given = {"budget_line": line.pk, "driver": "headcount", f"quantity_{cast.haven.pk}": "12"}
        answer = client.post(url("set_up", "overhead"), given | {"more": "on"})
        assert answer["Location"] == url("set_up", "overhead")
        assert Overhead.objects.get().budget_line == line
        given = {"budget_line": line_of(budget, "Housing first").pk, "driver": "spend"}
        assert client.post(url("set_up", "overhead"), given)["Location"] == url("budget")
        page = says(cast.bea, url("budget"))
        assert "Signed by the founders; entered by Hana Host" in page
        assert "within 14 days" in page
        assert "Haven 12" in page

    def test_tells_what_is_wrong_and_keeps_what_was_typed(self, cast, budget, url, says):
        given = self.SHARE | {"gain_share": "140", f"weight_{cast.haven.pk}": "many"}
        page = says(cast.hana, url("set_up", "share_terms"), given, status=422)
        assert "must be 100 or less" in page
        assert 'value="140"' in page
        assert 'value="many"' in page
        assert not ShareTerms.objects.exists()

    def test_is_the_pool_managers_and_has_no_other_steps(self, cast, budget, url, says):
        says(cast.pat, url("set_up", "share_terms"), status=403)
        says(cast.hana, url("set_up", "transfer"), status=404)

    def test_ends_with_the_first_proposal_and_leads_to_a_decision(self, cast, budget, url, says):
        make_draft(cast.haven, cast.pat)
        assert "Open the year 2027–28" in says(cast.hana, url("new_year"))
        make_proposal(cast.haven, cast.pat)
        page = says(cast.hana, url("new_year"))
        assert "The year 2027–28 opens by a decision of all" in page
        assert "Representatives and deputies put proposals" in page
        says(cast.hana, url("new_year"), {"line_1": "x"}, status=409)
        says(cast.hana, url("set_up", "share_terms"), self.SHARE, status=409)
        assert not ShareTerms.objects.exists()


class TestTheFormsOfWhatASealDoes:
    @pytest.fixture
    def step(self, cast, budget, client_of):
        """`step("virement")`: the address of the step that asks what the draft carries out."""

        def of(template: str) -> str:
            client = client_of(cast.pat)
            address = reverse("decisions:propose", args=[cast.alliance.slug])
            answer = client.post(address, {"template": template, "participant": cast.haven.pk})
            assert answer.status_code == 303, answer.content.decode()[:1500]
            number = Proposal.objects.latest("pk").number
            return reverse("decisions:draft_step", args=[cast.alliance.slug, number, "effect"])

        return of

    def test_a_virement_is_asked_line_by_line_beside_what_each_has_now(self, cast, budget, step, says):
        page, line = says(cast.pat, step("virement")), line_of(budget, "Peer support")
        assert f'<label for="id_line_{line.pk}">Peer support</label>' in page
        assert f'<span id="id_line_{line.pk}_helptext">£70,000.00</span>' in page
        assert f'aria-describedby="id_line_{line.pk}_helptext"' in page
        assert page.count("Enter −500 to take £500 away") == 1

    def test_what_is_wrong_stands_beside_its_line_and_nothing_is_lost(self, cast, budget, step, says):
        peer, housing = line_of(budget, "Peer support"), line_of(budget, "Housing first")
        given = {f"line_{peer.pk}": "-70,000.01", f"line_{housing.pk}": "70000.01"}
        page = says(cast.pat, step("virement"), given, status=422)
        cell = page.partition(f'id="id_line_{peer.pk}_error"')
        assert "Peer support has £70,000.00" in cell[2][:300]
        assert 'value="-70,000.01"' in page
        assert 'value="70000.01"' in page

    @pytest.mark.parametrize(
        "template",
        [
            "year",
            "variation",
            "share_terms",
            "overhead",
            "book_terms",
            "transfer",
            "restatement",
            "virement",
            "underspend",
        ],
    )
    def test_every_one_asks_for_each_field_once_with_its_label(self, cast, budget, template, step, says):
        page = says(cast.pat, step(template))
        form = effects.KINDS[guidance.template(template).effect].form(None, alliance=cast.alliance)
        for field in form.visible_fields():
            assert page.count(f' name="{field.html_name}"') in (1, len(list(field.subwidgets))), field.name
            if field.kind == "plain":
                assert page.count(f'for="{field.id_for_label}"') == 1, field.name

    def test_a_year_is_written_down_as_it_was_asked(self, cast, budget, step, says):
        given = {
            f"contribution_{cast.council.pk}": "390,000",
            "line_1": "Housing first",
            "amount_1": "380,000.00",
            "contingency": "10,000",
        }
        address = step("year")
        says(cast.pat, address, given, status=303)
        effect = Proposal.objects.latest("pk").case.effect
        assert (effect["lines"], effect["amounts"]) == (["Housing first"], ["380000.00"])
        assert BudgetLine.objects.filter(budget__starts_on="2027-04-01").count() == 0
        assert 'value="390,000.00"' in says(cast.pat, address)
