"""Whatever an alliance does, in whatever order, with crashes and second tries: only what all agreed to is sealed.

Hypothesis drives the real services over a real PostgreSQL. Beside them runs a model of rules 2 to 20 and 22 that is a
few dictionaries: who is asked, who said what to which version, what stands in the way. Each act is done in both; they
must agree on whether it can be done, and after every step say the same about every proposal, its roll, its ladder and
its board, and about what is in effect. `make soak` runs it for longer (SOAK=examples).
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.factories.decisions_stage import BEGINNING, Stage
from tests.properties.deciding_steps import Answering, Conflicts, Later, Putting

EXAMPLES, STEPS = int(os.environ.get("SOAK", "200")), 30
PARTS = 4  # each on whichever worker is free


class Alliance(Putting, Answering, Conflicts, Later):
    """All that one can do."""


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_only_what_all_agreed_to_is_ever_sealed(cast, monkeypatch, part):
    clock = {"now": BEGINNING}
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock["now"])
    machine = type("Alliance", (Alliance,), {"stage": Stage(cast, clock, aside=bool(part % 2))})
    run_state_machine_as_test(
        machine if "SOAK" in os.environ else seed(part)(machine),  # the suite tries the same every time
        settings=settings(
            max_examples=EXAMPLES // PARTS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # A failure is told at once, unshrunk, where others wait for the suite; `make soak` finds the shortest.
            phases=set(Phase) if "SOAK" in os.environ else set(Phase) - {Phase.shrink, Phase.explain},
        ),
        _min_steps=STEPS if "SOAK" in os.environ else 0,  # the suite lets Hypothesis end some examples early
    )
