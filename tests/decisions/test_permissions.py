"""Who may do what, each rule asked three ways."""

import pytest

from alliance.core.refusals import NotAllowed
from decisions import permissions
from tests.factories.decisions import make_proposal, object_to

pytestmark = pytest.mark.django_db
CAST = ["carol", "pat", "dev", "rosa", "finn", "hana", "lena", "stan", "lee", "bea", "ari", "stranger"]


@pytest.fixture
def subjects(cast) -> dict:
    proposal = make_proposal(cast.haven, cast.pat)
    return {
        "propose": {"alliance": cast.alliance},
        "edit_draft": {"proposal": proposal},
        "open_proposal": {"proposal": proposal},
        "change_wording": {"proposal": proposal},
        "give_more_time": {"proposal": proposal},
        "withdraw_proposal": {"proposal": proposal},
        "take_position": {"proposal": proposal, "participant": cast.haven},
        "resolve_objection": {"objection": object_to(proposal, cast.haven, cast.dev)},
    }


@pytest.mark.parametrize(
    ("verb", "allowed"),
    [
        ("propose", {"carol", "pat", "dev", "rosa"}),
        ("edit_draft", {"pat", "dev"}),
        ("open_proposal", {"pat", "dev"}),
        ("change_wording", {"pat", "dev"}),
        ("give_more_time", {"pat", "dev"}),
        ("withdraw_proposal", {"pat", "dev"}),
        ("take_position", {"pat", "dev"}),
        ("resolve_objection", {"pat", "dev"}),
    ],
)
def test_each_rule_says_the_same_three_ways(cast, subjects, verb, allowed):
    rule, about = getattr(permissions, verb), subjects[verb]
    assert {name for name in CAST if rule.allows(getattr(cast, name), **about)} == allowed
    for name in CAST:
        by = getattr(cast, name)
        if name in allowed:
            assert rule.reason(by, **about) == ""
            rule.check(by, **about)
        else:
            reason = rule.reason(by, **about)
            assert reason.endswith(".")
            with pytest.raises(NotAllowed) as refusal:
                rule.check(by, **about)
            assert refusal.value.reason == reason


def test_a_superuser_of_the_server_has_no_say(cast, subjects):
    cast.lee.is_superuser = cast.lee.is_staff = True
    cast.lee.save()
    for verb, about in subjects.items():
        assert not getattr(permissions, verb).allows(cast.lee, **about)
