"""Measures help to learn: no target, corrections beside what they correct, charts by rule 49 (rules 47, 49)."""

from datetime import date
from decimal import Decimal

import pytest

from alliance.core.models import Event
from alliance.core.periods import Month
from alliance.core.refusals import NotAllowed, NotPossible
from learning import services
from learning.analysis import analyse_measure
from learning.models import Measure, Observation
from tests.factories import learning as make

pytestmark = pytest.mark.django_db
JAN = Month(2024, 1)


def test_no_column_anywhere_holds_a_target():
    """Rule 47: there is nowhere to put one."""
    names = {
        field.name for model in (Measure, Observation) for field in model._meta.get_fields() if field.concrete
    }
    assert not {
        name for name in names if {"target", "goal", "threshold", "rating", "rag"} & set(name.split("_"))
    }


def test_a_measure_judges_nothing_until_the_alliance_says_which_way_is_better(harbour_alliance, lena):
    measure = make.measure(harbour_alliance, lena)
    assert measure.direction == Measure.Direction.NEUTRAL
    make.observe(measure, lena, [30] * 7 + [31, 29] * 6 + [60])
    last = analyse_measure(measure).xmr.points[-1]
    assert last.words == "special cause: high (outside the limits)"


def test_the_worked_example_of_rule_49_stands_on_the_chart(harbour_alliance, lena):
    measure = make.measure(harbour_alliance, lena)
    make.observe(measure, lena)
    analysis = analyse_measure(measure)
    now = analysis.xmr.current
    assert (round(now.mean, 4), round(now.average_mr, 4)) == (Decimal("31.5"), Decimal("4.7273"))
    assert (round(now.upper, 4), round(now.lower, 4)) == (Decimal("44.0745"), Decimal("18.9255"))
    assert not analysis.xmr.trial
    assert analysis.chart.table.headers[0] == "Month"
    assert [row[0] for row in analysis.chart.table.rows][:2] == ["Jan 2024", "Feb 2024"]


def test_with_fewer_than_twelve_points_the_chart_says_trial_limits(harbour_alliance, lena):
    measure = make.measure(harbour_alliance, lena)
    make.observe(measure, lena, make.WORKED[:11])
    assert "Trial limits" in analyse_measure(measure).chart.svg


def test_the_screening_setting_is_printed_on_the_chart(harbour_alliance, lena):
    drawn = []
    for screening in (True, False):
        measure = make.measure(harbour_alliance, lena, name=f"Screening {screening}", screening=screening)
        make.observe(measure, lena)
        drawn.append(
            [line for line in str(analyse_measure(measure).chart.svg).splitlines() if "creening" in line]
        )
    assert drawn[0] != drawn[1]


def test_a_measure_without_figures_has_no_chart(harbour_alliance, lena):
    analysis = analyse_measure(make.measure(harbour_alliance, lena))
    assert (analysis.chart, analysis.small_chart, analysis.summary) == (None, None, "No figures yet.")


def test_the_same_figures_twice_are_kept_once(harbour_alliance, lena):
    measure = make.measure(harbour_alliance, lena)
    assert len(make.observe(measure, lena)) == 12
    assert make.observe(measure, lena) == []
    assert Event.objects.filter(kind="learning.observations_recorded").count() == 1


def test_another_figure_for_a_month_is_refused_and_nothing_is_kept(harbour_alliance, lena):
    measure = make.measure(harbour_alliance, lena)
    make.observe(measure, lena, [31])
    with pytest.raises(NotPossible, match="January 2024 already has the figure 31"):
        make.observe(measure, lena, [32, 28])
    assert measure.observations.count() == 1


def test_a_month_to_come_has_no_figure(harbour_alliance, lena):
    measure = make.measure(harbour_alliance, lena)
    with pytest.raises(NotPossible, match="January 2999 is still to come"):
        make.observe(measure, lena, [31], first=date(2999, 1, 1))


def test_a_correction_stands_and_what_it_corrects_is_kept(harbour_alliance, lena, lee):
    measure = make.measure(harbour_alliance, lena)
    (first,) = make.observe(measure, lena, [31])
    services.correct_observation(
        observation=first, value=Decimal("29"), reason="Two were counted twice.", by=lee
    )
    assert [one.figure for one in measure.observations.current()] == ["29"]
    assert sorted(one.figure for one in measure.observations.all()) == ["29", "31"]
    told = Event.objects.get(kind="learning.observation_corrected").facts
    assert (told["month"], told["before"], told["after"]) == ("January 2024", "31", "29")


def test_a_correction_needs_a_reason_and_another_figure_and_happens_once(harbour_alliance, lena):
    measure = make.measure(harbour_alliance, lena)
    (first,) = make.observe(measure, lena, [31])
    for value, reason, why in ((29, " ", "Say why"), (31, "Typing", "already has")):
        with pytest.raises(NotPossible, match=why):
            services.correct_observation(observation=first, value=Decimal(value), reason=reason, by=lena)
    services.correct_observation(observation=first, value=Decimal(29), reason="Typing", by=lena)
    first = Observation.objects.get(pk=first.pk)
    with pytest.raises(NotPossible, match="corrected meanwhile"):
        services.correct_observation(observation=first, value=Decimal(28), reason="Typing", by=lena)


def test_months_without_a_figure_are_told(harbour_alliance, lena):
    measure = make.measure(harbour_alliance, lena)
    services.record_observations(
        measure=measure, figures={JAN: Decimal(3), JAN.shifted(3): Decimal(4)}, by=lena
    )
    assert [month.label for month in analyse_measure(measure).gaps] == ["February 2024", "March 2024"]


def test_a_note_stands_at_its_month_and_points_to_its_experiment(harbour_alliance, lena, lee):
    measure = make.measure(harbour_alliance, lena)
    make.observe(measure, lena)
    experiment = make.propose(harbour_alliance, lee)
    services.annotate_measure(
        measure=measure, on=date(2024, 5, 20), text="Key workers began", experiment=experiment, by=lee
    )
    (note,) = analyse_measure(measure).notes
    assert (note.position, note.text) == (4, "Key workers began")
    assert measure.annotations.get().about == experiment


def test_a_note_does_not_point_into_another_alliance(cast, lena, stranger):
    measure = make.measure(cast.alliance, lena)
    far = make.held_review(cast.elsewhere, stranger)
    with pytest.raises(NotPossible, match="another alliance"):
        services.annotate_measure(measure=measure, on=JAN.start, text="x", review=far, by=lena)


class TestARebase:
    """New limits need a reason and a linked review that was held (rule 49)."""

    @pytest.fixture
    def measured(self, harbour_alliance, lena):
        measure = make.measure(harbour_alliance, lena)
        make.observe(measure, lena, [30, 34] * 6 + [10, 14] * 6)
        return measure

    def test_makes_a_new_mean_from_its_month_on(self, harbour_alliance, lena, measured):
        review = make.held_review(harbour_alliance, lena)
        services.rebase_measure(
            measure=measured, on=date(2025, 1, 1), reason="One door for all", review=review, by=lena
        )
        analysis = analyse_measure(measured)
        assert [(phase.first, phase.mean) for phase in analysis.xmr.phases] == [(0, 32), (12, 12)]
        assert analysis.notes[0].text == "New limits: One door for all (review 1)"

    def test_needs_a_reason_a_held_review_and_figures_on_both_sides(self, harbour_alliance, lena, measured):
        held = make.held_review(harbour_alliance, lena)
        planned = make.prepare(harbour_alliance, lena)
        middle = date(2025, 1, 1)
        for on, reason, review, why in (
            (middle, "", held, "Say why"),
            (middle, "Because", planned, "was held"),
            (date(2024, 1, 1), "Because", held, "figures before"),
            (date(2026, 1, 1), "Because", held, "figures before"),
        ):
            with pytest.raises(NotPossible, match=why):
                services.rebase_measure(measure=measured, on=on, reason=reason, review=review, by=lena)
        assert not measured.rebases.exists()

    def test_happens_once_at_a_month(self, harbour_alliance, lena, measured):
        review = make.held_review(harbour_alliance, lena)
        how = {
            "measure": measured,
            "on": date(2025, 1, 1),
            "reason": "One door",
            "review": review,
            "by": lena,
        }
        services.rebase_measure(**how)
        with pytest.raises(NotPossible, match="already has new limits"):
            services.rebase_measure(**how)

    def test_is_not_for_everybody(self, harbour_alliance, lena, lee, measured):
        review = make.held_review(harbour_alliance, lena)
        with pytest.raises(NotAllowed):
            services.rebase_measure(measure=measured, on=date(2025, 1, 1), reason="x", review=review, by=lee)


@pytest.mark.parametrize("who", ["bea", "ari", "stranger"])
def test_readers_and_strangers_record_nothing(request, cast, who):
    reader = request.getfixturevalue(who)
    measure = make.measure(cast.alliance, cast.lena)
    (first,) = make.observe(measure, cast.lena, [31])
    for act in (
        lambda: make.measure(cast.alliance, reader, name="Mine"),
        lambda: make.observe(measure, reader, [1], first=date(2024, 2, 1)),
        lambda: services.correct_observation(observation=first, value=Decimal(1), reason="x", by=reader),
        lambda: services.annotate_measure(measure=measure, on=JAN.start, text="x", by=reader),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert Observation.objects.count() == 1


@pytest.mark.parametrize("who", ["lee", "finn", "hana", "pat", "lena"])
def test_everybody_else_gives_figures(request, cast, who):
    measure = make.measure(cast.alliance, cast.lena)
    assert len(make.observe(measure, request.getfixturevalue(who), [31])) == 1
