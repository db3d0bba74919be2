"""Experiments are tied to the risks and opportunities that they touch, both ways (rule 44)."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from alliance.core.refusals import NotAllowed
from decisions.risk_links import links_of
from learning import services
from learning.models import RiskTouched
from tests.factories.decisions import make_risk
from tests.factories.learning import propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def risk(cast):
    return make_risk(cast.alliance, cast.pat)


@pytest.fixture
def experiment(cast):
    return propose(cast.alliance, cast.lee)


def test_tied_it_is_found_from_both_sides_and_untied_from_neither(cast, risk, experiment, client_of):
    services.tie_risks(experiment=experiment, risks=[risk], by=cast.lee)
    assert [link.title for link in links_of(risk)] == [experiment.title]
    page = reverse("learning:experiment", args=[cast.alliance.slug, experiment.number])
    assert risk.title in client_of(cast.ari).get(page).content.decode()
    services.tie_risks(experiment=experiment, risks=[], by=cast.pat)
    assert links_of(risk) == []
    assert RiskTouched.objects.get().untied_by == cast.pat


def test_the_same_again_changes_nothing(cast, risk, experiment):
    for _ in range(2):
        services.tie_risks(experiment=experiment, risks=[risk], by=cast.lee)
    assert RiskTouched.objects.count() == 1


def test_a_board_member_reads(cast, risk, experiment):
    with pytest.raises(NotAllowed):
        services.tie_risks(experiment=experiment, risks=[risk], by=cast.bea)


def test_in_the_browser(cast, risk, experiment, client_of):
    page = reverse("learning:tie_risks", args=[cast.alliance.slug, experiment.number])
    assert client_of(cast.lee).post(page, {"risks": [risk.pk]}).status_code == 303
    assert client_of(cast.lee).post(page, {"risks": ["no"]}).status_code == 422
    assert "checked" in client_of(cast.lee).get(page).content.decode()


def test_postgresql_refuses_risks_of_another_alliance(cast, experiment):
    far = make_risk(cast.elsewhere, cast.stranger)
    with pytest.raises(DatabaseError, match="own alliance"), transaction.atomic():
        RiskTouched.objects.create(
            alliance=cast.alliance, experiment=experiment, risk=far, tied_at=timezone.now(), tied_by=cast.pat
        )
