"""What is frozen can be read back, and says the same."""

import json
from dataclasses import replace

import pytest

from alliance.assurance.contents import Contents
from tests.factories.assurance import make_contents


def test_what_was_frozen_is_read_back_as_the_same_values():
    contents = make_contents()
    assert Contents.thaw(contents.freeze()) == contents


def test_an_alliance_without_a_budget_is_frozen_too():
    contents = make_contents(money=None)
    assert Contents.thaw(contents.freeze()) == contents


def test_the_same_facts_are_the_same_bytes_and_other_facts_are_others():
    contents = make_contents()
    later = replace(contents, record=replace(contents.record, seq=215))
    assert contents.freeze() == make_contents().freeze()
    assert contents.freeze() != later.freeze()


def test_amounts_are_kept_as_text_to_the_penny():
    kept = json.loads(make_contents().freeze())
    assert kept["money"]["spent_in_quarter"] == "571240.18"


def test_a_snapshot_of_another_format_is_refused_by_name():
    kept = json.loads(make_contents().freeze()) | {"format": 99}
    with pytest.raises(ValueError, match="format 99"):
        Contents.thaw(json.dumps(kept).encode())
