"""The ladder out of a deadlock in the browser, and on whom it waits."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from decisions import services
from decisions.waiting.deliberation import waiting
from participants.standing import standing
from tests.factories import deadlocks
from tests.factories.cases import url, words
from tests.factories.deadlocks import INDEPENDENT, STATEMENTS, after

pytestmark = pytest.mark.django_db
day, proposal, objection = deadlocks.day, deadlocks.proposal, deadlocks.objection
deadlock, sena = deadlocks.deadlock, deadlocks.sena


class TestThePages:
    def test_from_the_door_to_the_ladder(self, cast, client_of, objection):
        proposal, pat = objection.proposal, client_of(cast.pat)
        assert "Declare a deadlock" in words(pat.get(proposal.get_absolute_url()))
        assert "Declare a deadlock" not in words(client_of(cast.lee).get(proposal.get_absolute_url()))
        where = url("declare_deadlock", proposal)
        assert "10 August 2026" in words(pat.get(where))
        assert pat.post(where, {"participant": cast.haven.pk, "reason": ""}).status_code == 422
        response = pat.post(
            where, {"participant": cast.haven.pk, "reason": "We talked for a month."}, follow=True
        )
        page = words(response)
        assert "It can be agreed until 10 August 2026." in page
        assert "We are here" in page
        assert "Statements are made from 16 June to 22 June 2026." in page
        assert pat.get(where).status_code == 303

    def test_an_open_proposal_that_nothing_stands_against_has_no_door(self, cast, client_of, proposal):
        pat = client_of(cast.pat)
        assert "Declare a deadlock" not in words(pat.get(proposal.get_absolute_url()))
        response = pat.post(
            url("declare_deadlock", proposal), {"participant": cast.haven.pk, "reason": "Kept words."}
        )
        assert response.status_code == 422
        assert "Nothing stands in its way yet" in words(response)
        assert "Kept words." in words(response)

    def test_statements_the_independent_and_what_they_said(self, cast, client_of, day, deadlock, sena):
        proposal = deadlock.proposal
        day(STATEMENTS)
        client = client_of(sena)
        page = words(client.get(url("make_statement", proposal)))
        assert "Make our statement" in page
        sent = {"participant": cast.beacon.pk, "words": "We can live with ten beds."}
        page = words(client.post(url("make_statement", proposal), sent, follow=True))
        assert "Sena Senior, Beacon" in page
        assert "Resolve objection 1" in page  # she speaks for Beacon now
        sent = {"kind": "expert", "name": "Dr Ada Calm"}
        page = words(client_of(cast.pat).post(url("name_independent", proposal), sent, follow=True))
        assert "Dr Ada Calm, named by Pat Provider" in page
        day(INDEPENDENT)
        sent = {"participant": cast.haven.pk, "words": "Ten beds are safe."}
        page = words(client_of(cast.pat).post(url("record_independent", proposal), sent, follow=True))
        assert "What Dr Ada Calm said, written down by Pat Provider, Haven" in page
        assert client_of(cast.rosa).get(url("make_statement", proposal)).status_code == 409

    def test_cost_the_same_however_much_was_stated(self, cast, client_of, day, deadlock):
        day(STATEMENTS)
        pat, counts = client_of(cast.lee), []
        for participant, by in ((cast.beacon, cast.rosa), (cast.haven, cast.pat), (cast.council, cast.carol)):
            services.make_statement(proposal=deadlock.proposal, participant=participant, words="Ours.", by=by)
            with CaptureQueriesContext(connection) as asked:
                pat.get(deadlock.proposal.get_absolute_url())
            counts.append(len(asked))
        assert counts == [counts[0]] * 3


def whys(person, alliance) -> list[str]:
    return [one.why for one in waiting(standing(person, alliance))]


class TestWhatWaits:
    def test_a_statement_waits_on_those_who_can_make_it(self, cast, day, deadlock, sena):
        assert whys(sena, cast.alliance) == []
        day(STATEMENTS)
        assert whys(sena, cast.alliance) == ["Make Beacon’s statement in the deadlock."]
        services.make_statement(
            proposal=deadlock.proposal, participant=cast.beacon, words="Ten beds.", by=cast.rosa
        )
        assert whys(cast.rosa, cast.alliance) == []
        assert whys(cast.pat, cast.alliance) == ["Make Haven’s statement in the deadlock."]
        assert "gone up to the senior representatives" in whys(sena, cast.alliance)[0]
        day(INDEPENDENT)
        assert "Nobody independent is named yet. Agree on somebody." in whys(cast.pat, cast.alliance)
        day(after(INDEPENDENT))
        for one in (sena, cast.pat, cast.rosa):
            assert whys(one, cast.alliance) == []
