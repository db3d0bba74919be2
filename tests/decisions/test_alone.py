"""What one person decides, by what right, and what follows from it (rules 1, 12, 13)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from alliance.core.models import Event
from alliance.core.refusals import NotAllowed, NotPossible
from decisions import invariants, services
from decisions.models import Decision, Delegation, Proposal, ReservedMatter
from tests.factories.decisions import again, make_case, make_proposal
from tests.factories.effects import carry_out, delegate, propose_effect, reserve

pytestmark = pytest.mark.django_db


def found_matter(cast, **changes) -> ReservedMatter:
    facts = {
        "title": "Safeguarding enquiries",
        "category": "statute",
        "legal_basis": "Care Act 2014, section 42",
        "holder": cast.council,
    } | changes
    return services.list_reserved_matter(alliance=cast.alliance, by=None, **facts)


def case_of(cast, **changes):
    whole = make_case(
        cast.alliance, legal_basis="Care Act 2014, section 42", consulted="Haven and Beacon, by telephone."
    )
    best = {pk: test for pk, test in whole.tests.items() if pk == min(whole.tests)}
    return replace(whole, tests=whole.tests or best, **changes)


def decide(cast, by, **changes):
    right = {name: changes.pop(name) for name in ("delegation", "matter") if name in changes}
    draft = services.draft_alone(alliance=cast.alliance, case=case_of(cast, **changes), by=by, **right)
    return services.decide_alone(proposal=draft, by=by)


def refused(sql: str, *values) -> str:
    with pytest.raises(DatabaseError) as trouble, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(trouble.value)


class TestReserved:
    def test_its_holder_decides_alone_and_everybody_reads_why(self, cast):
        decision = decide(cast, cast.carol, matter=found_matter(cast))
        assert (decision.kind, decision.decided_by_name) == ("reserved", "Carol Commissioner, Council")
        assert decision.proposal.state_now == "agreed"
        assert decision.proposal.outcome == "Decided by Carol Commissioner, Council"
        event = Event.objects.about(decision).get()
        assert event.kind == "decisions.decided_alone"
        assert event.facts["category"] == "A duty that the law gives to it alone"
        assert "Haven and Beacon, by telephone." in event.facts["wording"]
        assert not decision.proposal.roll.exists()
        assert list(invariants.breaks_in_the_telling(cast.alliance.pk)) == []

    def test_another_organisation_does_not(self, cast):
        with pytest.raises(NotAllowed, match="Only Council’s representative or deputy decides about"):
            decide(cast, cast.pat, matter=found_matter(cast))

    def test_it_says_its_legal_basis_and_whom_they_consulted(self, cast):
        with pytest.raises(NotPossible, match="Enter whom you consulted"):
            decide(cast, cast.carol, matter=found_matter(cast), consulted="")

    def test_deciding_twice_is_deciding_once(self, cast):
        decision = decide(cast, cast.carol, matter=found_matter(cast))
        assert services.decide_alone(proposal=decision.proposal, by=cast.carol) == decision
        assert Decision.objects.count() == 1

    def test_its_money_is_put_to_all_in_the_same_transaction(self, cast):
        decision = decide(cast, cast.carol, matter=found_matter(cast), amount=Decimal("12000.00"))
        money = Proposal.objects.get(follows=decision)
        assert (money.kind, money.state, money.follows_as) == ("key", "draft", "money")
        assert money.participant == cast.council
        assert money.case.amount == Decimal("12000.00")
        assert f"decision {decision.number}" in money.case.title
        assert Event.objects.about(decision).get().facts["consequence"] == money.number
        with pytest.raises(DatabaseError, match="put to all, not put away"):
            services.discard_draft(proposal=money, by=cast.carol)

    def test_without_money_nothing_follows(self, cast):
        decide(cast, cast.carol, matter=found_matter(cast), amount=None)
        assert Proposal.objects.count() == 1

    def test_what_is_reserved_is_not_changed_once_the_alliance_has_begun(self, cast):
        make_proposal(cast.council, cast.carol)
        with pytest.raises(NotPossible, match="by a key decision"):
            found_matter(cast)

    def test_a_key_decision_lists_a_matter_and_ends_it(self, cast):
        matter = reserve(cast.council)
        decision = decide(cast, cast.carol, matter=matter)
        carry_out(cast.alliance, "reserved_matter_end", matter=matter)
        assert not ReservedMatter.objects.lasting().exists()
        with pytest.raises(DatabaseError, match="listed before the decision is begun"), transaction.atomic():
            decide(cast, cast.carol, matter=again(matter))
        assert Decision.objects.get(pk=decision.pk).kind == "reserved"

    def test_a_draft_begun_before_a_matter_ended_is_refused_afterwards(self, cast):
        matter = reserve(cast.council)
        draft = services.draft_alone(alliance=cast.alliance, case=case_of(cast), matter=matter, by=cast.carol)
        carry_out(cast.alliance, "reserved_matter_end", matter=matter)
        with pytest.raises(NotPossible, match="no longer reserved, so this is for all to decide"):
            services.decide_alone(proposal=draft, by=cast.carol)


class TestOperational:
    def test_the_person_decides_within_the_delegation(self, cast):
        delegation = delegate(cast.haven, cast.pat)
        decision = decide(cast, cast.pat, delegation=delegation, amount=Decimal("5000.00"))
        assert (decision.kind, decision.proposal.delegation) == ("operational", delegation)
        assert Event.objects.about(decision).get().facts["limit"] == "5000.00"
        assert not Proposal.objects.filter(follows=decision).exists()

    def test_not_a_penny_above_its_limit(self, cast):
        delegation = delegate(cast.haven, cast.pat)
        with pytest.raises(NotPossible, match="goes up to £5,000"):
            decide(cast, cast.pat, delegation=delegation, amount=Decimal("5000.01"))

    def test_nobody_else_uses_it_not_even_the_deputy(self, cast):
        delegation = delegate(cast.haven, cast.pat)
        with pytest.raises(NotAllowed, match="Only Pat Provider decides by this delegation"):
            decide(cast, cast.dev, delegation=delegation)

    def test_not_after_its_last_day(self, cast, time_machine):
        delegation = delegate(cast.haven, cast.pat, until_on=timezone.localdate() + timedelta(days=5))
        time_machine.move_to(timezone.now() + timedelta(days=6))
        with pytest.raises(NotPossible, match="is not in force today"):
            decide(cast, cast.pat, delegation=delegation)

    def test_it_ends_by_a_decision(self, cast):
        delegation = delegate(cast.haven, cast.pat)
        carry_out(cast.alliance, "delegation_end", delegation=delegation)
        assert not Delegation.objects.in_force().exists()
        with pytest.raises(NotPossible, match="is not in force today"):
            decide(cast, cast.pat, delegation=delegation)

    def test_is_given_only_to_whoever_speaks_for_the_organisation(self, cast):
        with pytest.raises(NotPossible, match="does not speak for Haven"):
            propose_effect(
                cast.alliance, "delegation", person=cast.lena, participant=cast.haven, scope="Repairs."
            )


class TestTheDatabase:
    def test_gives_no_right_without_a_seal(self, cast):
        proposal = make_proposal(cast.council, cast.carol)
        assert "by a key decision" in refused(
            """insert into decisions_reservedmatter
                   (alliance_id, number, title, category, legal_basis, holder_id, listed_at)
               values (%s, 1, 'Everything', 'other', 'None', %s, now())""",
            cast.alliance.pk,
            cast.council.pk,
        )
        assert proposal.state == "open"

    @pytest.mark.django_db(transaction=True)
    def test_keeps_rights_as_they_were_given(self, cast):
        delegation = delegate(cast.haven, cast.pat)
        matter = reserve(cast.council)
        for change in (
            'update decisions_delegation set "limit" = null',
            "update decisions_delegation set person_id = person_id + 1",
            "update decisions_delegation set ended_on = current_date, ended_with_id = granted_by_id",
            "update decisions_reservedmatter set holder_id = holder_id + 1",
            "update decisions_reservedmatter set ended_on = current_date, ended_with_id = listed_with_id",
            "delete from decisions_delegation",
            "delete from decisions_reservedmatter",
        ):
            refused(change)
        assert again(delegation).limit == Decimal("5000.00")
        assert again(matter).ended_on is None

    def test_takes_no_reserved_decision_whose_money_nobody_is_asked_about(self, cast, monkeypatch):
        monkeypatch.setattr("decisions.services.deciding_alone._moves_money", lambda *_: False)

        @transaction.atomic
        def decide_it():
            decide(cast, cast.carol, matter=found_matter(cast), amount=Decimal("1.00"))
            with connection.cursor() as cursor:
                cursor.execute("set constraints all immediate")

        with pytest.raises(DatabaseError, match="opens a key decision about it"):
            decide_it()
