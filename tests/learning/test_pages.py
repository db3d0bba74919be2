"""Learning's pages: who sees them, what they say, and that nothing typed is lost."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from learning import services
from learning.models import Experiment, Measure, Observation
from tests.factories import learning as make
from tests.factories.decisions import make_decision
from tests.factories.learning import url

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(cast):
    """One of everything, so that every address leads somewhere."""
    alliance, lena = cast.alliance, cast.lena
    make.held_review(alliance, lena, actions=[services.NewAction("Ask", cast.lee)])
    make.prepare(alliance, lena)
    make.propose(alliance, cast.lee)
    make.running(alliance, cast.lee, lena)
    make.observe(make.measure(alliance, lena), lena)


READ = [
    ("overview",),
    ("reviews",),
    ("review", 1),
    ("review", 2),
    ("actions",),
    ("action", 1),
    ("experiments",),
    ("experiment", 1),
    ("experiment", 2),
    ("measures",),
    ("measure", 1),
    ("figures_csv", 1),
]
WRITE = [
    ("prepare_review",),
    ("call_off_review", 2),
    ("propose_experiment",),
    ("revise_experiment", 1),
    ("end_experiment", 2),
    ("withdraw_experiment", 1),
    ("define_measure",),
    ("observe", 1),
    ("observe_many", 1),
    ("correct_observation", 1, "2024-01"),
    ("annotate", 1),
    ("rebase", 1),
]


@pytest.mark.parametrize("address", READ)
def test_everybody_in_the_alliance_reads_everything_and_a_stranger_nothing(cast, rows, client_of, address):
    at = url(cast.alliance, *address)
    answers = [
        client_of(one).get(at).status_code for one in (cast.lena, cast.lee, cast.bea, cast.ari, cast.stranger)
    ]
    assert answers == [200, 200, 200, 200, 404]


@pytest.mark.parametrize("address", WRITE)
def test_forms_are_closed_to_readers_and_strangers(cast, rows, client_of, address):
    at = url(cast.alliance, *address)
    opener = cast.lee if address[0] == "withdraw_experiment" else cast.lena
    assert client_of(opener).get(at).status_code == 200
    for method in ("get", "post"):
        answers = [
            getattr(client_of(one), method)(at).status_code for one in (cast.bea, cast.ari, cast.stranger)
        ]
        if method == "get":
            assert answers == [403, 403, 404]
        else:
            assert answers == [403, 403, 404]


@pytest.mark.parametrize(
    "address", [("draft", 2), ("hold_review", 2), ("gate", 1, "legal"), ("start_experiment", 1)]
)
def test_acts_are_posted_by_those_who_take_part(cast, rows, client_of, address):
    at = url(cast.alliance, *address)
    assert client_of(cast.lena).get(at).status_code == 405
    sent = {"legal-answer": "yes", "legal-words": "Yes.", "legal-version": "1", "seen": "{}", "facts": "x"}
    answers = [client_of(one).post(at, sent).status_code for one in (cast.bea, cast.ari, cast.stranger)]
    assert answers == [403, 403, 404]


@pytest.mark.parametrize(
    "address",
    [("review", 99), ("action", 99), ("experiment", 99), ("measure", 99), ("correct_observation", 1, "2020-01"),
     ("correct_observation", 1, "nonsense")],
)  # fmt: skip
def test_what_is_not_there_is_not_found(cast, rows, client_of, address):
    assert client_of(cast.lena).get(url(cast.alliance, *address)).status_code == 404


def test_there_are_only_two_gates(cast, rows, client_of):
    assert client_of(cast.lena).post(url(cast.alliance, "gate", 1, "cheap")).status_code == 404


# ── Experiments ──


def test_an_experiment_goes_its_way_in_the_browser(cast, client_of):
    lee, lena = client_of(cast.lee), client_of(cast.lena)
    ends = timezone.localdate() + timedelta(days=30)
    said = {
        "title": "Peer mentors",
        "question": "",
        "trying": "",
        "how_we_learn": "We ask.",
        "size": "8 people",
        "place": "",
    }
    assert lee.post(url(cast.alliance, "propose_experiment"), said).status_code == 303
    page = lee.get(url(cast.alliance, "experiment", 1)).content.decode()
    assert "It can start when it has a question, an end date, a yes to" in page
    day = {"ends_on_day": ends.day, "ends_on_month": ends.month, "ends_on_year": ends.year}
    answer = lee.post(
        url(cast.alliance, "revise_experiment", 1), said | day | {"question": "Do people stay?"}
    )
    assert answer.status_code == 303
    for gate in ("legal", "safe"):
        at = url(cast.alliance, "gate", 1, gate)
        wrong = lena.post(at, {f"{gate}-answer": "yes", f"{gate}-words": "", f"{gate}-version": "2"})
        assert wrong.status_code == 422
        assert "a few words: what you looked at" in wrong.content.decode()
        assert (
            lena.post(
                at, {f"{gate}-answer": "yes", f"{gate}-words": "We looked.", f"{gate}-version": "2"}
            ).status_code
            == 303
        )
    assert lee.post(url(cast.alliance, "start_experiment", 1)).status_code == 303
    assert lee.post(url(cast.alliance, "start_experiment", 1)).status_code == 303  # twice is once
    end = {"outcome": "stopped", "turned_out": "not_as_hoped", "learned": "Nobody had asked about buses."}
    assert lee.post(url(cast.alliance, "end_experiment", 1), end | {"learned": ""}).status_code == 422
    assert lee.post(url(cast.alliance, "end_experiment", 1), end).status_code == 303
    page = client_of(cast.bea).get(url(cast.alliance, "experiment", 1)).content.decode()
    assert "Not as we hoped. Stopped." in page
    assert "Nobody had asked about buses." in page
    assert Experiment.objects.get().is_ended


def test_the_start_is_refused_with_its_reason(cast, rows, client_of):
    answer = client_of(cast.lee).post(url(cast.alliance, "start_experiment", 1))
    assert answer.status_code == 409
    assert "a yes to “Is it legal?”" in answer.content.decode()


def test_the_list_of_ended_ones_has_those_that_did_not_turn_out_as_hoped(cast, client_of):
    experiment = make.running(cast.alliance, cast.lee, cast.lena)
    services.end_experiment(
        experiment=experiment, outcome="stopped", turned_out="not_as_hoped", learned="No.", by=cast.lee
    )
    page = client_of(cast.bea).get(url(cast.alliance, "experiments"), {"show": "ended"}).content.decode()
    assert "turned out not as we hoped" in page


# ── Measures ──


def test_a_measure_is_defined_and_figures_are_pasted_corrected_and_downloaded(cast, client_of):
    browser = client_of(cast.lena)
    said = {
        "name": "Came back",
        "tells": "Whether.",
        "unit": "people",
        "source": "Count",
        "direction": "neutral",
        "screening": "on",
    }
    assert browser.post(url(cast.alliance, "define_measure"), said).status_code == 303
    assert browser.post(url(cast.alliance, "define_measure"), said | {"name": "came BACK"}).status_code == 422
    many = url(cast.alliance, "observe_many", 1)
    answer = browser.post(many, {"pasted": "Jan 2024 31\nsoon 4\nMar 2024 x"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Row 2: “soon” is not a month" in page
    assert "Row 3: “x” is not a number" in page
    assert Observation.objects.count() == 0
    assert browser.post(many, {"pasted": "Jan 2024 31\nFeb 2024 28"}).status_code == 303
    file = SimpleUploadedFile("figures.csv", b"Month,People\nFeb 2024,28\nMar 2024,35\n")
    assert browser.post(many, {"file": file}).status_code == 303
    one = {"month": "Apr 2024", "figure": "30.5", "note": "Easter"}
    assert browser.post(url(cast.alliance, "observe", 1), one).status_code == 303
    assert browser.post(url(cast.alliance, "observe", 1), one | {"figure": "9"}).status_code == 422
    correction = {"figure": "29", "reason": "Counted twice"}
    at = url(cast.alliance, "correct_observation", 1, "2024-01")
    assert browser.post(at, correction | {"reason": ""}).status_code == 422
    assert browser.post(at, correction).status_code == 303
    csv = b"".join(client_of(cast.bea).get(url(cast.alliance, "figures_csv", 1)).streaming_content).decode(
        "utf-8-sig"
    )
    assert [line.split(",")[:2] for line in csv.splitlines()] == [
        ["Month", "people"],
        ["2024-01", "29"],
        ["2024-02", "28"],
        ["2024-03", "35"],
        ["2024-04", "30.5"],
    ]
    page = browser.get(url(cast.alliance, "measure", 1)).content.decode()
    assert "31 became 29. Counted twice" in page
    assert "Trial limits" in page


def test_nothing_pasted_and_no_file_is_said(cast, client_of):
    make.measure(cast.alliance, cast.lena)
    answer = client_of(cast.lena).post(url(cast.alliance, "observe_many", 1), {"pasted": ""})
    assert answer.status_code == 422
    assert "Paste the figures, or choose a spreadsheet" in answer.content.decode()


def test_notes_and_new_limits_come_from_the_page(cast, client_of):
    measure = make.measure(cast.alliance, cast.lena)
    make.observe(measure, cast.lena)
    review = make.held_review(cast.alliance, cast.lena)
    browser = client_of(cast.lena)
    note = {"month": "Mar 2024", "text": "Flood", "about": f"review:{review.pk}"}
    assert browser.post(url(cast.alliance, "annotate", 1), note).status_code == 303
    voices = {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}
    decision = make_decision(cast.council, voices)
    note = {"month": "Apr 2024", "text": "One rota", "about": f"decision:{decision.pk}"}
    assert browser.post(url(cast.alliance, "annotate", 1), note).status_code == 303
    limits = {"month": "Jun 2024", "reason": "One door", "review": review.pk}
    assert browser.post(url(cast.alliance, "rebase", 1), limits | {"month": "Jan 2020"}).status_code == 422
    assert browser.post(url(cast.alliance, "rebase", 1), limits).status_code == 303
    page = browser.get(url(cast.alliance, "measure", 1)).content.decode()
    assert "New limits: One door (review 1)" in page
    assert "Flood" in page
    assert f'One rota (<a class="govuk-link" href="{decision.get_absolute_url()}">' in page


def test_measures_stand_in_alphabetical_order_and_nobody_is_compared(cast, client_of):
    """Rules 47, 48."""
    for name in ("Waiting", "Beds", "Calls"):
        make.observe(make.measure(cast.alliance, cast.lena, name=name), cast.lena)
    for page in ("overview", "measures"):
        shown = client_of(cast.bea).get(url(cast.alliance, page)).content.decode()
        places = [shown.index(f">{name}</a>") for name in ("Beds", "Calls", "Waiting")]
        assert places == sorted(places)


def test_a_mandatory_return_is_named_for_what_it_is(cast, client_of):
    """Rule 47."""
    make.measure(cast.alliance, cast.lena, mandatory_return=True, asked_by="NHS England")
    page = client_of(cast.bea).get(url(cast.alliance, "measure", 1)).content.decode()
    assert "Mandatory return, used for learning" in page
    assert "NHS England" in page


# ── As many queries for three as for one ──


@pytest.mark.parametrize("many", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [(("overview",), 15), (("reviews",), 8), (("actions",), 8), (("experiments",), 11), (("measures",), 9)],
)
def test_lists_take_as_many_queries_for_three_as_for_one(
    cast, client_of, django_assert_num_queries, many, address, queries
):
    for i in range(many):
        make.open_action(cast.alliance, cast.lena, cast.lee)
        make.prepare(cast.alliance, cast.lena)
        make.propose(cast.alliance, cast.lee)
        make.running(cast.alliance, cast.lee, cast.lena)
        make.observe(make.measure(cast.alliance, cast.lena, name=f"Measure {i}"), cast.lena)
        ended = make.running(cast.alliance, cast.lee, cast.lena)
        services.end_experiment(
            experiment=ended, outcome="adapted", turned_out="partly", learned="Some.", by=cast.lee
        )
    browser = client_of(cast.bea)
    with django_assert_num_queries(queries):
        assert browser.get(url(cast.alliance, *address)).status_code == 200
    assert Measure.objects.count() == many


def test_a_gate_is_not_answered_for_words_that_were_changed_meanwhile(cast, client_of):
    """Rule 46: the yes was to what the page showed."""
    experiment = make.propose(cast.alliance, cast.lee)
    address = f"/alliances/harbour-alliance/learning/experiments/{experiment.number}/"
    lena = client_of(cast.lena)
    assert 'name="legal-version" value="1"' in lena.get(address).content.decode()
    services.revise_experiment(experiment=experiment, by=cast.lee, size="Everybody in the city")
    said = {"legal-answer": "yes", "legal-words": "Our lawyer looked.", "legal-version": "1"}
    refused = lena.post(f"{address}gates/legal/", said)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "was changed while you were answering" in page
    assert "Our lawyer looked." in page
    assert 'name="legal-version" value="2"' in page
    assert not experiment.gates.exists()
    assert lena.post(f"{address}gates/legal/", said | {"legal-version": "2"}).status_code == 303
    assert experiment.gates.get().version == 2


@pytest.mark.parametrize("after", ["9" * 30, "9" * 5000, "²", "-1", "\x00"])
def test_nonsense_in_an_address_is_no_number(cast, client_of, after):
    answer = client_of(cast.lee).get(url(cast.alliance, "propose_experiment"), {"after": after})
    assert answer.status_code == 200


def test_pages_inside_an_alliance_are_kept_by_no_cache(cast, client_of):
    """Whoever sits down at this computer next does not go back to them."""
    answer = client_of(cast.lee).get(url(cast.alliance, "experiments"))
    assert answer["Cache-Control"] == "private, no-store"
