"""Risks belong to all: accepted by every participant as they stand, lapsing on change and by the clock (rule 44)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from alliance.core.refusals import NotAllowed, NotPossible
from decisions import services
from decisions.lifecycle import AcceptanceState
from decisions.models import Risk, RiskAcceptance, RiskVersion
from decisions.waiting.risks import waiting
from participants.standing import standing
from tests.factories.decisions import TOLD, accept, make_risk

pytestmark = pytest.mark.django_db


def states(risk: Risk, cast) -> dict[str, AcceptanceState]:
    whole = Risk.objects.with_acceptances().get(pk=risk.pk)
    return {
        one.participant.short_name: one.state
        for one in whole.acceptances_of([cast.council, cast.haven, cast.beacon])
    }


@pytest.fixture
def risk(cast) -> Risk:
    return make_risk(cast.alliance, cast.lee, steward=cast.stan)


class TestRaising:
    def test_somebody_with_lived_experience_may_raise_one(self, cast, risk):
        assert (risk.number, risk.title, risk.current_version.steward) == (1, TOLD["title"], cast.stan)

    def test_a_doubled_click_raises_one(self, cast, risk):
        assert make_risk(cast.alliance, cast.lee, steward=cast.stan) == risk
        assert Risk.objects.count() == 1

    def test_a_board_member_reads_and_does_not_raise(self, cast):
        with pytest.raises(NotAllowed):
            make_risk(cast.alliance, cast.bea)

    def test_says_all_that_is_missing_at_once(self, cast):
        with pytest.raises(NotPossible) as refusal:
            make_risk(cast.alliance, cast.pat, causes=" ", effects="")
        assert refusal.value.reason == "Say what could cause it. Say what it would mean for people."

    def test_a_score_is_refused_where_the_alliance_has_none(self, cast):
        with pytest.raises(NotPossible):
            make_risk(cast.alliance, cast.pat, likelihood=3, impact=4)

    def test_money_is_kept_to_the_penny(self, cast):
        assert make_risk(cast.alliance, cast.pat, amount=Decimal("1200.5")).current_version.amount == Decimal(
            "1200.50"
        )


class TestAccepting:
    def test_each_participant_accepts_for_itself(self, cast, risk):
        accept(risk, cast.haven, cast.dev)
        assert states(risk, cast) == {"Council": "needed", "Haven": "accepted", "Beacon": "needed"}
        assert RiskAcceptance.objects.get().spoken_by == "Dev Deputy for Pat Provider, Haven"

    def test_nobody_accepts_for_another(self, cast, risk):
        with pytest.raises(NotAllowed):
            accept(risk, cast.beacon, cast.pat)

    def test_twice_is_once(self, cast, risk):
        assert accept(risk, cast.haven, cast.pat) == accept(risk, cast.haven, cast.pat)

    def test_a_change_makes_every_acceptance_lapse(self, cast, risk):
        accept(risk, cast.haven, cast.pat)
        services.change_risk(
            risk=risk, shown=risk.current_version.hash, steward=cast.stan, note="The owner wrote.", by=cast.stan,
            **(TOLD | {"causes": "The owner has found a buyer."}),
        )  # fmt: skip
        assert states(risk, cast)["Haven"] == "changed"

    def test_the_same_again_changes_nothing(self, cast, risk):
        accept(risk, cast.haven, cast.pat)
        services.change_risk(
            risk=risk, shown=risk.current_version.hash, steward=cast.stan, note="Again", by=cast.stan, **TOLD
        )
        assert states(risk, cast)["Haven"] == "accepted"

    def test_what_was_not_shown_is_not_accepted(self, cast, risk):
        shown = risk.current_version.hash
        services.change_risk(
            risk=risk,
            shown=shown,
            steward=cast.stan,
            note="New",
            by=cast.stan,
            **(TOLD | {"gaps": "Nothing."}),
        )
        with pytest.raises(services.RiskChanged):
            services.accept_risk(risk=risk, participant=cast.haven, shown=shown, by=cast.pat)

    def test_two_who_change_it_at_once_are_told(self, cast, risk):
        shown = risk.current_version.hash
        change = {"risk": risk, "shown": shown, "steward": cast.stan, "note": "Mine"}
        services.change_risk(**change, by=cast.stan, **(TOLD | {"gaps": "A second house."}))
        with pytest.raises(services.RiskChanged):
            services.change_risk(**change, by=cast.pat, **(TOLD | {"gaps": "Another house."}))

    def test_it_expires_by_the_clock_alone(self, cast, risk):
        accept(risk, cast.haven, cast.pat)
        last = cast.alliance.accepts_until()
        with time_machine.travel(last + timedelta(days=1)):
            assert states(risk, cast)["Haven"] == "expired"
        with time_machine.travel(last):
            assert states(risk, cast)["Haven"] == "accepted"

    def test_twelve_months_from_a_leap_day_is_the_last_of_february(self, cast):
        assert cast.alliance.accepts_until(date(2028, 2, 29)) == date(2029, 2, 28)

    def test_it_lasts_no_longer_than_the_alliance_agreed(self, cast, risk):
        with pytest.raises(NotPossible):
            accept(risk, cast.haven, cast.pat, until_on=cast.alliance.accepts_until() + timedelta(days=1))

    def test_a_closed_risk_is_not_accepted(self, cast, risk):
        services.close_risk(risk=risk, reason="The lease was renewed.", by=cast.pat)
        with pytest.raises(NotPossible):
            accept(risk, cast.haven, cast.pat)


def test_waiting_names_one_and_counts_many(cast, risk, django_assert_num_queries):
    stands = standing(cast.pat, cast.alliance)
    assert [one.why for one in waiting(stands)] == ["Risk 1 needs your organisation’s acceptance."]
    make_risk(cast.alliance, cast.lee, title="Another")
    make_risk(cast.alliance, cast.lee, title="A third")
    with django_assert_num_queries(2):
        assert [one.why for one in waiting(stands)] == ["3 need your organisation’s acceptance."]


class TestPostgreSQLRefuses:
    def refused(self, sql: str, *values) -> str:
        with pytest.raises(DatabaseError) as trouble, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
        return str(trouble.value)

    def test_a_snapshot_is_never_changed(self, risk):
        assert "permission denied" in self.refused("update decisions_riskversion set gaps = 'none'")

    def test_a_risk_does_not_go_back_to_an_older_version(self, cast, risk):
        first = risk.current_version_id
        services.change_risk(
            risk=risk, shown=risk.current_version.hash, steward=cast.stan, note="New", by=cast.stan,
            **(TOLD | {"gaps": "x"}),
        )  # fmt: skip
        assert "last version" in self.refused("update decisions_risk set current_version_id = %s", first)

    def test_columns_say_what_the_bytes_say(self, cast, risk):
        version = RiskVersion.objects.get()
        version.pk, version.version, version.title = None, 2, "Nothing to see"
        with pytest.raises(DatabaseError, match="bytes"), transaction.atomic():
            version.save(force_insert=True)

    def test_nobody_accepts_without_speaking_for_the_participant(self, cast, risk):
        accepted = accept(risk, cast.haven, cast.pat)
        accepted.pk, accepted.participant = None, cast.beacon
        with pytest.raises(DatabaseError, match="speaks for a participant"), transaction.atomic():
            accepted.save(force_insert=True)

    def test_an_acceptance_does_not_last_for_ever(self, cast, risk):
        accepted = accept(risk, cast.haven, cast.pat)
        accepted.pk, accepted.until_on = None, timezone.localdate() + timedelta(days=4000)
        with pytest.raises(DatabaseError, match="no longer than"), transaction.atomic():
            accepted.save(force_insert=True)

    def test_a_closed_risk_stays_closed(self, cast, risk):
        services.close_risk(risk=risk, reason="Over.", by=cast.pat)
        assert "stays closed" in self.refused(
            "update decisions_risk set state = 'open', closed_at = null, closed_by_id = null"
        )


class TestPages:
    def url(self, cast, path=""):
        return f"/alliances/{cast.alliance.slug}/decisions/risks/{path}"

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_register_asks_the_same_number_of_questions(
        self, cast, client_of, django_assert_num_queries, rows
    ):
        for number in range(rows):
            accept(make_risk(cast.alliance, cast.lee, title=f"Risk {number}"), cast.haven, cast.pat)
        client = client_of(cast.pat)
        client.get(self.url(cast))
        with django_assert_num_queries(LIST_QUERIES):
            assert client.get(self.url(cast)).status_code == 200

    def test_wrong_input_keeps_what_was_typed(self, cast, client_of):
        said = {
            "kind": "risk",
            "title": "A long night",
            "causes": "Snow",
            "effects": "",
            "controls": "",
            "amount": "12,x",
        }
        answer = client_of(cast.pat).post(self.url(cast, "new/"), said)
        page = answer.content.decode()
        assert answer.status_code == 422
        for words in ("A long night", "12,x", "Enter what it would mean for people"):
            assert words in page

    def test_raise_accept_change_close(self, cast, client_of):
        client = client_of(cast.pat)
        sent = client.post(self.url(cast, "new/"), TOLD | {"kind": "risk", "steward": cast.stan.pk})
        assert sent.status_code == 303
        risk = Risk.objects.get()
        until = cast.alliance.accepts_until().isoformat()
        shown = {"participant": cast.haven.pk, "until_on": until, "shown": risk.current_version.hash}
        client.post(self.url(cast, "1/acceptance/"), shown)
        assert (
            "Council and Beacon have not accepted it yet" in client.get(self.url(cast, "1/")).content.decode()
        )
        client.post(
            self.url(cast, "1/change/"),
            TOLD
            | {"steward": cast.stan.pk, "note": "News", "shown": risk.current_version.hash, "gaps": "Money"},
        )
        page = client.get(self.url(cast, "1/")).content.decode()
        for words in ("Nobody has accepted it as it stands", "What changed since version 1"):
            assert words in page
        client.post(self.url(cast, "1/closing/"), {"reason": "It is over."})
        assert "It is over." in client.get(self.url(cast, "1/")).content.decode()

    def test_the_list_as_filtered_is_a_csv(self, cast, client_of, risk):
        make_risk(cast.alliance, cast.lee, kind="opportunity", title="=A cheap house")
        got = (
            client_of(cast.ari)
            .get(self.url(cast, "register.csv?kind=opportunity"))
            .getvalue()
            .decode("utf-8-sig")
        )
        assert len(got.strip().splitlines()) == 2
        assert "'=A cheap house" in got


LIST_QUERIES = 11
