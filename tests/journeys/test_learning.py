"""Learning in a real browser: a review is held, an experiment goes its way, figures become a chart."""

from datetime import timedelta

import pytest
from django.utils import timezone

from learning import services
from learning.models import Experiment, Review
from tests.factories import learning as make

pytestmark = pytest.mark.journey


def fill_day(page, name, day):
    for part in ("day", "month", "year"):
        page.fill(f"#id_{name}_{part}", str(getattr(day, part)))


def test_a_review_is_prepared_and_held(either_page_as, check_axe, cast):
    """Rule 45, from the open actions to the new ones; the unexpected is asked for once."""
    today = timezone.localdate()
    make.open_action(cast.alliance, cast.lena, cast.lee, what="Ask three landlords")
    page = either_page_as(cast.lena)
    page.goto(f"/alliances/{cast.alliance.slug}/learning/reviews/")
    page.click("text=Prepare a review")
    page.fill("#id_title", "Six months of one key worker")
    fill_day(page, "planned_for", today)
    page.click("button:has-text('Prepare the review')")
    check_axe(page)

    page.fill("#id_facts", "Twelve came.")
    page.click("button:has-text('Save the draft')")
    assert page.input_value("#id_facts") == "Twelve came."

    page.click("button:has-text('Close the review')")
    assert page.is_visible("text=There is a problem")
    assert page.is_visible("text=Say whether “Ask three landlords” is done, still matters or is let go")
    assert page.input_value("#id_facts") == "Twelve came."

    page.check("label:has-text('Still matters')")
    page.fill("input[id^=id_look_][id$=_words]", "Two came, one has yet to.")
    fill_day(page, "held_on", today)
    for name in ("Lena Learning", "Lee Lived"):
        page.check(f"label:has-text('{name}')")
    for question in ("missing", "expected", "views", "why", "keep_or_change", "intended", "next", "we"):
        page.fill(f"#id_{question}", make.ANSWERS[question])
    page.fill("#id_action_0_what", "Visit the third landlord")
    page.select_option("#id_action_0_who", label="Haven Homes")
    page.click("button:has-text('Close the review')")
    assert page.is_visible("text=Was nothing unexpected?")
    page.fill("#id_unexpected", "A neighbour came along.")
    page.click("button:has-text('Close the review')")

    assert page.is_visible("text=The review is held. What it says stays as it is.")
    assert page.is_visible("text=Two came, one has yet to.")
    assert page.is_visible("text=A neighbour came along.")
    assert page.is_visible("text=Visit the third landlord")
    check_axe(page)
    assert Review.objects.held().count() == 2


def test_what_is_typed_is_saved_by_itself(page_as, cast):
    """With JavaScript nobody has to remember to save."""
    make.prepare(cast.alliance, cast.lena)
    page = page_as(cast.lee)
    page.goto(f"/alliances/{cast.alliance.slug}/learning/reviews/1/")
    page.locator("#id_facts").press_sequentially("Twelve came.")
    page.wait_for_selector("#saved:has-text('Draft saved')")
    page.locator("#id_facts").press_sequentially(" One was late.")
    page.wait_for_selector("#saved [name=seen][value*='late.']", state="attached")
    page.reload()
    assert page.input_value("#id_facts") == "Twelve came. One was late."


def test_an_experiment_goes_its_way(either_page_as, check_axe, cast):
    """Rule 46: proposed by anybody, through two gates, to what was learned."""
    lee, lena = either_page_as(cast.lee), either_page_as(cast.lena)
    here = f"/alliances/{cast.alliance.slug}/learning/experiments/"
    lee.goto(here)
    check_axe(lee)
    lee.click("text=Propose an experiment")
    lee.fill("#id_title", "Peer mentors at the front door")
    lee.fill("#id_question", "Do people stay when the first face is a peer?")
    lee.fill("#id_how_we_learn", "We talk with each of them.")
    lee.fill("#id_size", "Eight people, one month.")
    fill_day(lee, "ends_on", timezone.localdate() + timedelta(days=30))
    check_axe(lee)
    lee.click("button:has-text('Propose it')")
    assert lee.is_visible("text=It can start when it has a yes to “Is it legal?” and a yes to “Is it safe?”.")

    lena.goto(f"{here}1/")
    for gate, words in (("safe", "Not before somebody answers at night."), ("legal", "Checked.")):
        lena.check(f"#id_{gate}-answer_{1 if gate == 'safe' else 0}")
        lena.fill(f"#id_{gate}-words", words)
        lena.click(f"form[action$='gates/{gate}/'] button[type=submit]")
    assert lena.is_visible("text=Not before somebody answers at night.")
    assert lena.is_visible("text=It can start when it has a yes to “Is it safe?”.")
    check_axe(lena)
    lena.click("summary:has-text('Answer anew: Is it safe?')")
    lena.check("#id_safe-answer_0")
    lena.fill("#id_safe-words", "Lee answers.")
    lena.click("form[action$='gates/safe/'] button[type=submit]")

    lee.goto(f"{here}1/")
    lee.click("button:has-text('Start the experiment')")
    assert lee.is_visible("text=It has started.")
    lee.click("a:has-text('Gather the learning')")
    lee.check("label:has-text('Stopped')")
    lee.check("label:has-text('Not as we hoped')")
    lee.fill("#id_learned", "The bus stops at seven; nobody had asked.")
    check_axe(lee)
    lee.click("button:has-text('Keep the learning and end it')")
    assert lee.is_visible("text=The bus stops at seven; nobody had asked.")
    check_axe(lee)
    assert Experiment.objects.get().status == "stopped"


def test_figures_become_a_chart(either_page_as, check_axe, cast):
    """Rules 47 and 49: pasted, with the wrong ones told at once, then drawn with a table."""
    page = either_page_as(cast.lena)
    here = f"/alliances/{cast.alliance.slug}/learning/measures/"
    page.goto(here)
    page.click("text=Add a measure")
    check_axe(page)
    page.fill("#id_name", "People who came back within a month")
    page.fill("#id_tells", "Whether the first visit was the right one.")
    page.fill("#id_unit", "people")
    page.fill("#id_source", "Shared case record")
    page.click("button:has-text('Add the measure')")
    page.click("text=Give many at once")
    check_axe(page)
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    rows = [f"{month} 2024 {value}" for month, value in zip(months, make.WORKED, strict=True)]
    page.fill("#id_pasted", "\n".join([*rows[:-1], "Dec 2024 3E"]))
    page.click("button:has-text('Keep the figures')")
    assert page.is_visible("text=Row 12: “3E” is not a number.")
    page.fill("#id_pasted", "\n".join(rows))
    page.click("button:has-text('Keep the figures')")
    assert page.is_visible("text=12 new figures kept.")
    assert "The limits are 18.9 and 44.1." in page.inner_text(".chart__note")
    assert page.locator("figure.chart svg[role=img]").count() == 1
    page.click("a[href$='figures/2024-12/']")
    page.fill("#id_figure", "34")
    page.fill("#id_reason", "One was counted late")
    page.click("button:has-text('Correct the figure')")
    assert page.is_visible("text=33 became 34.")
    check_axe(page)


def test_a_board_member_reads_everything_and_is_offered_nothing_to_change(either_page_as, check_axe, cast):
    make.held_review(cast.alliance, cast.lena)
    make.prepare(cast.alliance, cast.lena)
    make.observe(make.measure(cast.alliance, cast.lena), cast.lena)
    experiment = make.running(cast.alliance, cast.lee, cast.lena)
    services.end_experiment(
        experiment=experiment, outcome="stopped", turned_out="not_as_hoped", learned="No.", by=cast.lee
    )
    page = either_page_as(cast.bea)
    for place in (
        "",
        "reviews/",
        "reviews/1/",
        "reviews/2/",
        "actions/",
        "experiments/1/",
        "measures/",
        "measures/1/",
    ):
        page.goto(f"/alliances/{cast.alliance.slug}/learning/{place}")
        assert page.locator("main form, main a.govuk-button").count() == 0, place
        check_axe(page)
