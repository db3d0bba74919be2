"""Rule 49, by its worked example, by charts drawn for one rule each, and against a slow specification."""

from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.xmr import Direction, Label, Side, XmrError, analyse

WORKED = [31, 28, 35, 30, 33, 29, 34, 32, 27, 36, 30, 33]
QUIET = [10, 12] * 6  # mean 11, average moving range 2: limits 5.68 and 16.32, near limits 7.4533 and 14.5467

series = st.lists(
    st.one_of(st.integers(0, 12), st.decimals(0, 20, places=1), st.integers(-1000, 1000)),
    min_size=1,
    max_size=45,
)


def labels(xmr):
    return [str(point.label) for point in xmr.points]


def flagged(xmr, label):
    return [point.position for point in xmr.points if point.label is label]


def test_the_worked_example_of_rule_49():
    xmr = analyse(WORKED)
    phase = xmr.current
    assert phase.mean == D("31.5")
    assert round(phase.average_mr, 4) == D("4.7273")
    assert (round(phase.upper, 4), round(phase.lower, 4)) == (D("44.0745"), D("18.9255"))
    assert (round(phase.near_upper, 4), round(phase.near_lower, 4)) == (D("39.8830"), D("23.1170"))
    assert labels(xmr) == ["common cause"] * 12
    assert [point.moving_range for point in xmr.points] == [None, 3, 7, 5, 3, 4, 5, 2, 5, 9, 6, 3]
    assert not xmr.trial
    assert xmr.summary == (
        "12 points, from 31 to 33. The mean is 31.5. The limits are 18.9 and 44.1. "
        "The latest point is common cause. No point is a special cause."
    )


def test_a_point_beyond_a_limit_is_outside_and_one_on_it_is_not():
    on_it, beyond = D("16.32"), D("16.33")
    assert labels(analyse([*QUIET, on_it], baseline=12))[-1] == "common cause"
    assert labels(analyse([*QUIET, beyond], baseline=12))[-1] == "outside"
    low = analyse([*QUIET, D("5.67")], baseline=12).points[-1]
    assert (low.label, low.side, low.words) == (
        Label.OUTSIDE,
        Side.LOW,
        "special cause: low (outside the limits)",
    )


def test_seven_points_on_one_side_are_a_shift_and_all_are_flagged():
    assert flagged(analyse([*QUIET, 12, 12, 12, 12, 12, 12], baseline=12), Label.SHIFT) == list(range(11, 18))
    assert flagged(analyse([*QUIET, 12, 12, 12, 12, 12], baseline=12), Label.SHIFT) == []


def test_a_point_on_the_mean_breaks_a_shift():
    assert flagged(analyse([*QUIET, 12, 12, 12, 11, 12, 12, 12], baseline=12), Label.SHIFT) == []


def test_six_successive_rises_are_a_trend_of_seven_points():
    rising = [8, 9, 10, 11, 12, 13, 14]
    xmr = analyse([*QUIET, *rising], baseline=12)
    assert flagged(xmr, Label.TREND) == list(range(12, 19))
    assert {point.side for point in xmr.points[12:]} == {Side.HIGH}
    falling = analyse([*QUIET, *reversed(rising)], baseline=12)
    assert {point.side for point in falling.points[12:]} == {Side.LOW}


def test_equal_neighbours_break_a_trend():
    assert flagged(analyse([*QUIET, 8, 9, 10, 10, 11, 12, 13], baseline=12), Label.TREND) == []


def test_two_of_three_near_a_limit_are_flagged_and_the_third_is_not():
    xmr = analyse([*QUIET, 15, 12, 15], baseline=12)
    assert flagged(xmr, Label.TWO_IN_THREE) == [12, 14]


def test_two_in_three_needs_all_three_on_one_side():
    assert flagged(analyse([*QUIET, 15, 10, 15], baseline=12), Label.TWO_IN_THREE) == []
    assert flagged(analyse([*QUIET, 15, 11, 15], baseline=12), Label.TWO_IN_THREE) == []


def test_outside_comes_before_trend_and_trend_before_shift():
    xmr = analyse([*QUIET, 12, 13, 14, D("14.1"), D("14.2"), 15, 17], baseline=12)
    assert labels(xmr)[12:] == ["trend"] * 6 + ["outside"]
    assert labels(xmr)[11] == "shift"


@pytest.mark.parametrize(
    ("direction", "high", "low"),
    [
        ("neutral", "special cause: high", "special cause: low"),
        ("increase", "special cause: improvement", "special cause: concern"),
        ("decrease", "special cause: concern", "special cause: improvement"),
    ],
)
def test_nobody_judges_unless_a_direction_was_chosen(direction, high, low):
    up, down = analyse([*QUIET, 99, -99], baseline=12, direction=direction).points[-2:]
    assert (up.words, down.words) == (f"{high} (outside the limits)", f"{low} (outside the limits)")


def test_screening_leaves_one_great_leap_out_of_the_limits():
    leap = [10, 12, 10, 12, 10, 12, 60, 62, 60, 62, 60, 62]
    # Moving ranges: ten of 2 and one of 48; average 68/11, and 48 is not below 3.267 times that.
    assert analyse(leap).current.average_mr == 2
    assert round(analyse(leap, screening=False).current.average_mr, 4) == D("6.1818")


def test_a_range_just_at_the_screen_is_left_out():
    # Ranges 1 (999 times) and x with x = 3.267 (999 + x) / 1000: on the screen, not strictly below it.
    x = Fraction("3.267") * 999 / (1000 - Fraction("3.267"))
    denominator = x.denominator
    values = [0]
    for n in range(999):
        values.append(values[-1] + (denominator if n % 2 else -denominator))
    values.append(values[-1] + x.numerator)
    assert analyse(values).current.average_mr == denominator
    values[-1] -= 1
    assert analyse(values).current.average_mr > denominator


def test_where_nothing_varies_the_limits_are_the_mean():
    xmr = analyse([5] * 12 + [6], baseline=12)
    assert (xmr.current.lower, xmr.current.mean, xmr.current.upper) == (5, 5, 5)
    assert labels(xmr) == ["common cause"] * 12 + ["outside"]


def test_fewer_than_twelve_baseline_points_make_trial_limits():
    assert analyse(WORKED[:11]).trial
    assert analyse(WORKED, baseline=11).trial
    assert not analyse(WORKED, baseline=slice(0, 12)).trial
    assert "trial limits from fewer than 12 points" in analyse(WORKED[:11]).summary


def test_a_single_point_has_a_mean_and_no_limits():
    xmr = analyse([7])
    assert (xmr.current.mean, xmr.current.upper, xmr.current.lower) == (7, None, None)
    assert labels(xmr) == ["common cause"]
    assert "too few points for limits" in xmr.summary


def test_a_rebase_begins_a_phase_with_its_own_limits_that_no_run_reaches_across():
    moved = [value + 100 for value in QUIET]
    xmr = analyse([*QUIET, *moved], rebases=[12])
    assert [(phase.first, phase.last, phase.mean) for phase in xmr.phases] == [(0, 11, 11), (12, 23, 111)]
    assert xmr.points[12].moving_range is None
    assert labels(xmr) == ["common cause"] * 24
    assert "set anew once" in xmr.summary


def test_a_count_fixes_the_baseline_of_each_phase_and_a_slice_that_of_the_first():
    values = [*QUIET, *(value + 100 for value in QUIET)]
    counted = analyse(values, baseline=4, rebases=[12])
    assert [(p.baseline_first, p.baseline_last) for p in counted.phases] == [(0, 3), (12, 15)]
    sliced = analyse(values, baseline=slice(2, 8), rebases=[12])
    assert [(p.baseline_first, p.baseline_last) for p in sliced.phases] == [(2, 7), (12, 23)]


@pytest.mark.parametrize(
    "asked",
    [
        {"values": []},
        {"values": [1.5]},
        {"values": [None]},
        {"values": [D("NaN")]},
        {"values": [1, 2], "rebases": [0]},
        {"values": [1, 2], "rebases": [2]},
        {"values": [1, 2], "rebases": [-1]},
        {"values": [1, 2], "baseline": 0},
        {"values": [1, 2], "baseline": slice(0, 3)},
        {"values": [1, 2], "baseline": slice(1, 1)},
    ],
)
def test_what_cannot_be_charted_is_refused(asked):
    with pytest.raises(XmrError):
        analyse(**asked)


def slow_labels(values, baseline, screening):
    """Rule 49 read word by word, point by point, in fractions; shares no line with the module."""
    values = [Fraction(value) for value in values]
    base = values[:baseline]
    mean = sum(base) / len(base)
    ranges = [abs(base[i] - base[i - 1]) for i in range(1, len(base))]
    amr = None
    if ranges:
        amr = sum(ranges) / len(ranges)
        if screening:
            kept = [r for r in ranges if r < Fraction(3267, 1000) * amr]
            amr = sum(kept) / len(kept) if kept else Fraction(0)

    def limit(factor):
        return mean + factor * amr

    def is_outside(i):
        return amr is not None and (
            values[i] > limit(Fraction(266, 100)) or values[i] < limit(-Fraction(266, 100))
        )

    def is_near(i):
        k = Fraction(532, 300)
        return amr is not None and not is_outside(i) and (values[i] > limit(k) or values[i] < limit(-k))

    def in_a_trend(i):
        for s in range(max(0, i - 6), i + 1):
            seven = values[s : s + 7]
            if len(seven) == 7:
                differences = [seven[j + 1] - seven[j] for j in range(6)]
                if all(d > 0 for d in differences) or all(d < 0 for d in differences):
                    return True
        return False

    def in_a_shift(i):
        for s in range(max(0, i - 6), i + 1):
            seven = values[s : s + 7]
            if len(seven) == 7 and (min(seven) > mean or max(seven) < mean):
                return True
        return False

    def in_two_of_three(i):
        for s in range(max(0, i - 2), i + 1):
            three = [j for j in range(s, s + 3) if j < len(values)]
            above, below = all(values[j] > mean for j in three), all(values[j] < mean for j in three)
            if len(three) == 3 and (above or below) and is_near(i) and sum(map(is_near, three)) >= 2:
                return True
        return False

    tests = [
        (is_outside, "outside"),
        (in_a_trend, "trend"),
        (in_two_of_three, "two in three"),
        (in_a_shift, "shift"),
    ]
    return [next((label for test, label in tests if test(i)), "common cause") for i in range(len(values))]


@given(series, st.integers(1, 45), st.booleans())
def test_the_labels_are_those_of_the_slow_specification(values, baseline, screening):
    xmr = analyse(values, baseline=baseline, screening=screening)
    assert labels(xmr) == slow_labels(values, baseline, screening)


@given(series, st.integers(1, 44), st.booleans())
def test_a_phase_is_analysed_as_if_it_were_alone(values, at, screening):
    if at >= len(values):
        return
    whole = analyse(values, rebases=[at], screening=screening)
    apart = [analyse(values[:at], screening=screening), analyse(values[at:], screening=screening)]
    assert labels(whole) == labels(apart[0]) + labels(apart[1])
    assert [p.mean for p in whole.phases] == [p.current.mean for p in apart]


@given(series)
def test_a_chart_turned_upside_down_swaps_high_and_low(values):
    swap = {Side.HIGH: Side.LOW, Side.LOW: Side.HIGH, None: None}
    upright, turned = analyse(values), analyse([-value for value in values])
    assert labels(turned) == labels(upright)
    assert [point.side for point in turned.points] == [swap[point.side] for point in upright.points]


@given(series, st.sampled_from(Direction))
def test_every_chart_has_a_summary_and_every_special_cause_a_side(values, direction):
    xmr = analyse(values, direction=direction)
    assert xmr.summary.endswith(".")
    assert [point.is_special for point in xmr.points] == [point.side is not None for point in xmr.points]
