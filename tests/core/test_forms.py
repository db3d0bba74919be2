"""Forms in plain words: no database is needed for any of it."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from alliance.core.forms import (
    DateInputField,
    Form,
    Group,
    MoneyField,
    Radios,
    Row,
    WordsField,
    error_prefix,
    lower_first,
)
from tests.factories.drawing import draw


class Asked(Form):
    asks = {"why": "why you object"}
    reveals = {"stance": {"object": ["why"]}}

    reasons = WordsField(label="Your reasons", max_length=10)
    stance = forms.ChoiceField(
        label="Stance",
        choices=[("agree", "Agree"), ("object", "Object")],
        widget=Radios(hints={"agree": "No reason is asked."}),
    )
    why = WordsField(label="Why?", required=False)
    cost = MoneyField(label="Cost", min_value=Decimal("0.01"), max_value=Decimal("500.00"))
    starts = DateInputField(label="Start date", earliest=date(2026, 4, 1), latest=date(2027, 3, 31))
    people = forms.IntegerField(label="People")
    legal = forms.BooleanField(label="It is legal")
    reply = forms.EmailField(label="NHS e-mail")
    line = forms.ChoiceField(label="Which line?", choices=[("out", "Outreach")])


def asked(**answers):
    return Asked(answers)


def test_every_unanswered_question_says_what_to_do():
    assert {name: errors[0] for name, errors in asked().errors.items()} == {
        "reasons": "Enter your reasons",
        "stance": "Select stance",
        "cost": "Enter cost",
        "starts": "Enter start date",
        "people": "Enter people",
        "legal": "Tick “It is legal” to go on",
        "reply": "Enter NHS e-mail",
        "line": "Answer the question “Which line?”",
    }


def test_every_answer_that_cannot_be_read_says_why():
    form = asked(reasons="eleven char", cost="1,2O0", people="a dozen", reply="nobody")
    assert form.errors["reasons"] == ["Your reasons must be 10 characters or fewer; it has 11"]
    assert form.errors["cost"] == ["The amount '1,2O0' has a letter O"]
    assert form.errors["people"] == ["People must be a whole number, like 12"]
    assert form.errors["reply"] == ["NHS e-mail must be an e-mail address, like name@example.org"]


def test_a_sentence_that_the_author_wrote_is_kept():
    class Own(Form):
        name = forms.CharField(error_messages={"required": "Say who you are"})

    assert Own({}).errors["name"] == ["Say who you are"]


@pytest.mark.parametrize(
    ("label", "in_a_sentence"),
    [("Your reasons", "your reasons"), ("NHS number", "NHS number"), ("I agree", "I agree"), ("", "")],
)
def test_a_label_goes_into_a_sentence(label, in_a_sentence):
    assert lower_first(label) == in_a_sentence


@pytest.mark.parametrize(
    ("typed", "amount"), [("£1,200.50", "1200.50"), ("12", "12.00"), (" 0.1 ", "0.10"), ("", None)]
)
def test_money_is_read_as_people_type_it(typed, amount):
    assert MoneyField(required=False).clean(typed) == (None if amount is None else Decimal(amount))


def test_money_has_inclusive_limits_in_words():
    assert asked(cost="500.00").errors.get("cost") is None
    assert asked(cost="500.01").errors["cost"] == ["Cost must be £500.00 or less"]
    assert asked(cost="0.00").errors["cost"] == ["Cost must be £0.01 or more"]


def test_an_amount_shows_with_its_pound_and_what_was_typed_stays():
    assert 'value="1,200.50"' in str(Asked(initial={"cost": Decimal("1200.5")})["cost"])
    assert 'value="1,2O0"' in str(asked(cost="1,2O0")["cost"])


def dated(day, month, year):
    return asked(starts_day=day, starts_month=month, starts_year=year)


@pytest.mark.parametrize("month", ["11", "Nov", "november", " 11 "])
def test_a_month_may_be_a_number_or_a_name(month):
    form = dated("3", month, "2026")
    assert "starts" not in form.errors
    assert form.cleaned_data["starts"] == date(2026, 11, 3)


@pytest.mark.parametrize(
    ("parts", "sentence", "wrong"),
    [
        (("", "11", "2026"), "Start date must include a day", ["day"]),
        (("", "", "2026"), "Start date must include a day and a month", ["day", "month"]),
        (("31", "2", "2026"), "Start date must be a real date; “31 February 2026” is not", ["day"]),
        (("x", "2", "2026"), "Start date must be a real date; “x February 2026” is not", ["day"]),
        (
            ("9" * 5000, "2", "2026"),
            "Start date must be a real date; “99999999999999999999… February 2026” is not",
            ["day"],
        ),
        (
            ("9" * 19, "2", "2026"),
            f"Start date must be a real date; “{'9' * 19} February 2026” is not",
            ["day"],
        ),
        (
            ("1", "9" * 5000, "2026"),
            "Start date must have a month from 1 to 12, or its name; “99999999999999999999…” is neither",
            ["month"],
        ),
        (
            ("3", "13", "2026"),
            "Start date must have a month from 1 to 12, or its name; “13” is neither",
            ["month"],
        ),
        (
            ("3", "Ju", "2026"),
            "Start date must have a month from 1 to 12, or its name; “Ju” is neither",
            ["month"],
        ),
        (("3", "11", "26"), "Start date must have a year of 4 digits, like 2026", ["year"]),
        (("3", "11", "²026"), "Start date must have a year of 4 digits, like 2026", ["year"]),
        (("31", "3", "2026"), "Start date must be 1 April 2026 or later", []),
        (("1", "4", "2027"), "Start date must be 31 March 2027 or earlier", []),
    ],
)
def test_every_bad_date_has_its_sentence_and_marks_its_boxes(parts, sentence, wrong):
    form = dated(*parts)
    assert form.errors["starts"] == [sentence]
    marked = re.findall(r'name="starts_(\w+)"[^>]*aria-invalid', str(form["starts"]))
    assert marked == (wrong or ["day", "month", "year"])


def test_a_date_comes_from_a_link_and_goes_into_three_boxes():
    assert "starts" not in asked(starts="2026-11-03").errors
    boxes = re.findall(r'value="(\d+)"', str(Asked(initial={"starts": date(2026, 11, 3)})["starts"]))
    assert boxes == ["3", "11", "2026"]


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_date_survives_its_three_boxes(day):
    field = DateInputField()
    assert field.clean(field.widget.decompress(day)) == day


@given(st.lists(st.text(max_size=5), min_size=3, max_size=3))
def test_no_text_in_the_boxes_breaks_a_date(parts):
    read, refusal = None, ["The date"]
    try:
        read = DateInputField(required=False).clean(parts)
    except forms.ValidationError as problem:
        refusal = problem.messages
    assert refusal[0].startswith("The date")
    assert read is None or len(parts[2].strip()) == 4


def test_a_refused_answer_has_its_error_beside_it_and_is_tied_to_it():
    html = asked()["reasons"].as_field_group()
    assert 'id="id_reasons_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_reasons_error id_reasons-info"' in html
    assert 'data-maxlength="10"' in html
    assert not re.search(r"<textarea[^>]* (maxlength|required)", html)


def test_a_question_that_follows_from_an_answer_is_drawn_under_it_and_only_there():
    html = str(Asked())
    assert html.count('name="why"') == 1
    assert html.index('value="object"') < html.index('name="why"') < html.index('name="cost"')


def test_an_answer_s_hint_is_tied_to_it():
    html = Asked()["stance"].as_field_group()
    assert 'aria-describedby="id_stance_0_hint"' in html
    assert 'id="id_stance_0_hint"' in html


def test_the_error_summary_links_each_sentence_to_a_control_that_exists():
    form = dated("3", "13", "2026")
    html = draw("{% error_summary form %}", form=form)
    links = re.findall(r'href="#([\w-]+)"', html)
    drawn = str(form)
    assert len(links) == sum(len(errors) for errors in form.errors.values())
    assert [link for link in links if f'id="{link}"' not in drawn] == []
    assert "id_starts_month" in links
    assert draw("{% error_summary form %}", form=Asked()).strip() == ""


def test_a_whole_form_s_error_is_shown_and_linked():
    class Whole(Form):
        def clean(self):
            raise forms.ValidationError("The two do not add up")

    form = Whole({})
    assert 'href="#form-errors"' in draw("{% error_summary form %}", form=form)
    assert 'id="form-errors"' in str(form)


def test_the_title_says_that_there_is_an_error():
    assert error_prefix(asked()) == "Error: "
    assert error_prefix(Asked(), None) == ""


def test_words_are_counted_as_the_reader_counts_them():
    assert WordsField(max_length=3).clean("a\r\nb") == "a\nb"
    assert WordsField().clean("e\u0301") == "\u00e9"


def test_no_words_are_without_end():
    assert WordsField().clean("a" * 20_000)
    with pytest.raises(forms.ValidationError):
        WordsField().clean("a" * 20_001)


def test_only_a_small_limit_is_told_beside_the_question():
    class Written(Form):
        short, long = WordsField(label="In short", max_length=300), WordsField(label="At length")

    drawn = str(Written())
    assert drawn.count("You can enter up to 300 characters") == 1
    assert drawn.count("You can enter up to") == 1


class ByLine(Form):
    groups = (
        Group("Lines", ("Line", "Now", "Change (£)"), (Row("Outreach", ("outreach",), "£640.00"),)),
        Group("Names", ("No.", "Name", "Amount (£)"), (Row("Line 1", ("name", "amount")),)),
    )

    first = forms.CharField(label="First")
    outreach = MoneyField(label="Outreach", help_text="£640.00 now", required=False)
    name = forms.CharField(label="Name of line 1")
    amount = MoneyField(label="Amount of line 1")
    last = forms.CharField(label="Last")


class TestQuestionsAskedLineByLine:
    def test_come_in_the_order_of_the_fields_each_once(self):
        parts = [part.get("field", part.get("group")) for part in ByLine().parts]
        assert [getattr(one, "name", getattr(one, "heading", "")) for one in parts] == [
            *("first", "Lines", "Names", "last")
        ]

    def test_have_each_a_label_what_stands_there_now_and_what_is_wrong(self):
        form = ByLine({"first": "1", "outreach": "-5OO", "name": "", "amount": "7", "last": "2"})
        page = " ".join(render_to_string("components/asked.html", {"form": form}).split())
        assert '<label for="id_outreach">Outreach</label>' in page
        assert '<span id="id_outreach_helptext">£640.00</span>' in page
        assert 'aria-describedby="id_outreach_helptext id_outreach_error"' in page
        assert 'value="-5OO"' in page
        assert '<label class="govuk-visually-hidden" for="id_amount">Amount of line 1</label>' in page
        assert 'data-label="Amount (£)"' in page
        assert 'id="id_name_error"' in page
