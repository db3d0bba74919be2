"""The pages of deciding alone, of what a seal carries out, and of urgent safety action."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from decisions import services
from decisions.models import Decision, Proposal, UrgentAction
from decisions.showing.alone import reserve_rate
from tests.factories.decisions import make_decision
from tests.factories.effects import (
    act_urgently,
    carry_out,
    delegate,
    draft_reserved,
    found_matter,
    propose_effect,
)

pytestmark = pytest.mark.django_db
WRITTEN = {
    "title": "Mill Lane is closed to new people",
    "text": "Nobody new moves in until the enquiry ends.",
    "why": "Two people were hurt.",
    "alternatives": "None considered, because the duty is clear.",
    "consulted": "Haven, by telephone.",
}


def at(name: str, *args) -> str:
    return reverse(f"decisions:{name}", args=["harbour-alliance", *args])


def written(cast, right: str, **changes) -> dict:
    best = next(one for one in cast.alliance_principles if one.is_best_for_people)
    return {
        "right": right,
        f"effect_{best.pk}": "supports",
        f"words_{best.pk}": "People are safe.",
        **WRITTEN,
        **changes,
    }


@pytest.fixture
def cast(cast):
    from participants.models import Principle

    cast.alliance_principles = list(Principle.objects.current().filter(alliance=cast.alliance))
    return cast


class TestLoggingADecision:
    def test_a_commissioner_writes_it_looks_it_over_and_decides_it(self, cast, client_of):
        matter = found_matter(cast.council)
        carol = client_of(cast.carol)
        assert "Reserved to Council: Safeguarding enquiries" in carol.get(at("new_alone")).content.decode()
        answer = carol.post(
            at("new_alone"), written(cast, f"matter-{matter.pk}", amount="1,200.50"), follow=True
        )
        page = answer.content.decode()
        assert "Ready to decide" in page
        assert "£1,200.50" in page
        draft = Proposal.objects.get()
        assert draft.case.legal_basis == "Care Act 2014, section 42"
        answer = carol.post(at("decide_alone", draft.number), follow=True)
        page = answer.content.decode()
        decision = Decision.objects.get()
        assert answer.redirect_chain[-1][0] == decision.get_absolute_url()
        assert "Decided by Carol Commissioner, Council" in page
        assert "Its money is for all to decide" in page
        assert "Who agreed" not in page
        money = Proposal.objects.get(follows=decision)
        assert money.get_absolute_url() in page
        assert (
            money.get_absolute_url()
            not in client_of(cast.pat).get(decision.get_absolute_url()).content.decode()
        )

    def test_what_is_missing_is_said_before_it_can_be_decided(self, cast, client_of):
        matter = found_matter(cast.council)
        carol = client_of(cast.carol)
        page = carol.post(
            at("new_alone"), written(cast, f"matter-{matter.pk}", consulted="", why=""), follow=True
        ).content.decode()
        assert "Enter the reasons for the decision" in page
        assert "Enter whom you consulted" in page
        draft = Proposal.objects.get()
        assert carol.post(at("decide_alone", draft.number)).status_code == 409
        page = carol.get(at("write_alone", draft.number)).content.decode()
        assert "Nobody new moves in until the enquiry ends." in page
        carol.post(at("write_alone", draft.number), written(cast, f"matter-{matter.pk}"))
        assert "Ready to decide" in carol.get(draft.get_absolute_url(), follow=True).content.decode()

    def test_nothing_typed_is_lost_when_something_is_wrong(self, cast, client_of):
        found_matter(cast.council)
        answer = client_of(cast.carol).post(at("new_alone"), written(cast, "", amount="1O"))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Select by what right you decide it" in page
        assert "Nobody new moves in until the enquiry ends." in page
        assert "1O" in page

    def test_who_holds_no_right_is_shown_the_way_to_all(self, cast, client_of):
        found_matter(cast.council)
        page = client_of(cast.pat).get(at("new_alone")).content.decode()
        assert "You hold no right to decide alone" in page
        assert client_of(cast.pat).post(at("new_alone"), {}).status_code == 422

    def test_another_organisation_s_matter_is_not_offered(self, cast, client_of):
        matter = found_matter(cast.council)
        answer = client_of(cast.pat).post(at("new_alone"), written(cast, f"matter-{matter.pk}"))
        assert answer.status_code == 422
        assert not Proposal.objects.exists()


class TestWhoDecidesWhat:
    def test_lists_rights_with_the_decisions_that_gave_them(self, cast, client_of):
        found_matter(cast.council)
        delegation = delegate(cast.haven, cast.pat)
        page = client_of(cast.ari).get(at("kinds")).content.decode()
        assert "Safeguarding enquiries" in page
        assert "at the founding" in page
        assert "Pat Provider, Haven" in page
        assert "£5,000.00" in page
        assert delegation.granted_by.get_absolute_url() in page

    def test_the_reserve_rate_counts_each_quarter(self, cast):
        matter = found_matter(cast.council)
        voices = {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}
        make_decision(cast.council, voices)
        make_decision(cast.council, voices)
        services.decide_alone(proposal=draft_reserved(matter, cast.carol), by=cast.carol)
        rows = reserve_rate(cast.alliance)
        assert rows[0]["quarter"].start == cast.alliance.starts_on  # not before there was an alliance
        assert [(one["reserved"], one["of"], one["rate"]) for one in rows[-2:]] == [(0, 0, None), (1, 3, 33)]

    def test_asks_as_many_questions_with_one_right_as_with_four(
        self, cast, client_of, django_assert_num_queries
    ):
        found_matter(cast.council)
        carol = client_of(cast.carol)
        carol.get(at("kinds"))
        with django_assert_num_queries(10):
            carol.get(at("kinds"))
        for number in range(3):
            found_matter(cast.council, title=f"Matter {number}")
        services.decide_alone(proposal=draft_reserved(found_matter(cast.council), cast.carol), by=cast.carol)
        with django_assert_num_queries(10):
            carol.get(at("kinds"))


class TestTheProposalsPage:
    def test_says_what_the_seal_carries_out_and_then_what_it_did(self, cast, client_of):
        terms = {
            "name": "Quay Trust", "short_name": "Quay", "role": "provider", "form": "charity",
            "joined_on": timezone.localdate(), "signed_by": "Quentin Quill",
        }  # fmt: skip
        proposal = propose_effect(cast.alliance, "accession", **terms)
        page = client_of(cast.pat).get(proposal.get_absolute_url()).content.decode()
        assert "What the seal carries out" in page
        assert "Quay Trust joins the alliance as a provider" in page
        decision = carry_out(cast.alliance, "accession", **terms)
        page = client_of(cast.pat).get(decision.get_absolute_url()).content.decode()
        assert "What the seal carried out" in page

    def test_shows_an_operational_decision_s_delegation(self, cast, client_of):
        delegation = delegate(cast.haven, cast.pat)
        draft = services.draft_alone(
            alliance=cast.alliance,
            case=draft_reserved(found_matter_later(cast), cast.carol).case,
            delegation=delegation,
            by=cast.pat,
        )
        decision = services.decide_alone(proposal=draft, by=cast.pat)
        page = client_of(cast.rosa).get(decision.get_absolute_url()).content.decode()
        assert "decides this alone, up to" in page
        assert delegation.granted_by.get_absolute_url() in page

    def test_whoever_it_would_exclude_makes_its_statement(self, cast, client_of):
        proposal = propose_effect(
            cast.alliance,
            "exclusion",
            participant=cast.beacon,
            left_on=timezone.localdate(),
            reasons="Wilful default.",
        )
        rosa = client_of(cast.rosa)
        assert at("be_heard", proposal.number) in rosa.get(proposal.get_absolute_url()).content.decode()
        refused = rosa.post(at("be_heard", proposal.number), {"words": " "})
        assert (refused.status_code, "Enter your statement" in refused.content.decode()) == (422, True)
        page = rosa.post(at("be_heard", proposal.number), {"words": "We paid it back."}, follow=True)
        assert "We paid it back." in page.content.decode()
        assert (
            at("be_heard", proposal.number)
            not in client_of(cast.pat).get(proposal.get_absolute_url()).content.decode()
        )

    def test_a_last_answer_whose_seal_cannot_be_carried_out_is_refused_in_words(self, cast, client_of):
        terms = {
            "name": "Quay Trust", "short_name": "Quay", "role": "provider", "form": "charity",
            "joined_on": timezone.localdate() + timedelta(days=9), "signed_by": "Quentin Quill",
        }  # fmt: skip
        second = propose_effect(cast.alliance, "accession", **terms)
        carry_out(cast.alliance, "accession", **terms)
        for participant, by in ((cast.council, cast.carol), (cast.haven, cast.pat)):
            services.take_position(
                proposal=second, participant=participant, stance="agree",
                shown=second.current_wording.hash, by=by,
            )  # fmt: skip
        answer = client_of(cast.rosa).post(
            at("take_position", second.number),
            {"participant": cast.beacon.pk, "stance": "agree", "shown": second.current_wording.hash},
        )
        assert answer.status_code == 422
        assert "Quay Trust is a participant already." in answer.content.decode()


def found_matter_later(cast):
    from tests.factories.effects import reserve

    return reserve(cast.council)


class TestUrgentAction:
    def test_is_told_reported_and_read_by_all(self, cast, client_of):
        pat = client_of(cast.pat)
        yesterday = timezone.localdate() - timedelta(days=1)
        page = pat.post(
            at("take_urgent_action"),
            {
                "participant": cast.haven.pk,
                "title": "The shelter was closed for a night",
                "what": "Smoke came from the boiler.",
                "duty": "Registered manager",
                "day_day": yesterday.day,
                "day_month": yesterday.month,
                "day_year": yesterday.year,
                "hour": "22:15",
            },
            follow=True,
        ).content.decode()
        assert "To be reported" in page
        urgent = UrgentAction.objects.get()
        page = pat.post(at("report_urgent_action", urgent.number), {"report": "All are well."}, follow=True)
        assert "All are well." in page.content.decode()
        assert (
            "The shelter was closed for a night"
            in client_of(cast.ari).get(at("urgent_actions")).content.decode()
        )

    def test_a_time_to_come_or_none_is_refused_beside_its_field(self, cast, client_of):
        tomorrow = timezone.localdate() + timedelta(days=1)
        said = {
            "participant": cast.haven.pk,
            "title": "T",
            "what": "W",
            "duty": "D",
            "hour": "quarter past ten",
        }
        said |= {"day_day": tomorrow.day, "day_month": tomorrow.month, "day_year": tomorrow.year}
        page = client_of(cast.pat).post(at("take_urgent_action"), said).content.decode()
        assert "Enter the time with hours and minutes, like 14:30" in page
        assert "or earlier" in page

    def test_is_late_by_the_clock_and_says_so_after_too(self, cast, client_of, time_machine):
        urgent = act_urgently(cast.haven, cast.pat)
        assert not UrgentAction.objects.overdue().exists()
        time_machine.move_to(timezone.now() + timedelta(days=14))
        assert UrgentAction.objects.overdue().get() == urgent
        assert "Report is late" in client_of(cast.rosa).get(urgent.get_absolute_url()).content.decode()
        services.report_urgent_action(urgent=urgent, report="All are well.", by=cast.pat)
        page = client_of(cast.rosa).get(urgent.get_absolute_url()).content.decode()
        assert "later than" in page
        assert "All are well." in page

    def test_waits_on_whoever_has_to_report_it(self, cast, client_of):
        urgent = act_urgently(cast.haven, cast.pat)
        words = "Report this urgent safety action to the leadership team."
        pages = {
            name: client_of(getattr(cast, name)).get("/alliances/harbour-alliance/").content.decode()
            for name in ("pat", "rosa")
        }
        assert (words in pages["pat"], words in pages["rosa"]) == (True, False)
        services.report_urgent_action(urgent=urgent, report="All are well.", by=cast.pat)
        assert words not in client_of(cast.pat).get("/alliances/harbour-alliance/").content.decode()


def test_a_statement_waits_on_whom_it_is_about(cast, client_of):
    proposal = propose_effect(
        cast.alliance,
        "suspension",
        participant=cast.beacon,
        suspended_on=timezone.localdate(),
        reasons="An investigation.",
    )
    home = "/alliances/harbour-alliance/"
    assert at("be_heard", proposal.number) in client_of(cast.rosa).get(home).content.decode()
    services.be_heard(proposal=proposal, words="We have nothing to hide.", by=cast.rosa)
    assert at("be_heard", proposal.number) not in client_of(cast.rosa).get(home).content.decode()
