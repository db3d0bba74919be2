"""Questions drawn without a template say what somebody wrote as words, never as HTML (alliance/core/widgets.py)."""

import re

from django import forms
from django.utils.html import format_html

from alliance.core.forms import Form, Radios

EVIL = """"><script>alert('1')</script>&"""


def evil_form(**told) -> Form:
    class Evil(Form):
        field_order = None
        words = forms.CharField(label=EVIL, help_text=EVIL, widget=forms.TextInput({"data-x": EVIL}))
        long = forms.CharField(label=EVIL, help_text=EVIL, widget=forms.Textarea, max_length=90)
        one = forms.ChoiceField(label=EVIL, choices=[(EVIL, EVIL), (EVIL, [("b" + EVIL, EVIL)])])
        some = forms.MultipleChoiceField(
            label=EVIL, help_text=EVIL, choices=[(EVIL, EVIL)], widget=forms.CheckboxSelectMultiple
        )
        radio = forms.ChoiceField(label=EVIL, help_text=EVIL, choices=[(EVIL, EVIL)], widget=Radios())
        tick = forms.BooleanField(label=EVIL, help_text=EVIL)
        hidden = forms.CharField(widget=forms.HiddenInput)

    form = Evil(told or None, initial={"words": EVIL, "long": EVIL, "hidden": EVIL})
    form.fields["radio"].widget.hints = {EVIL: EVIL}
    return form


def test_what_somebody_wrote_is_words_wherever_it_stands_in_a_question():
    typed = {"words": EVIL, "long": EVIL * 9, "one": EVIL + "no", "some": [EVIL + "no"], "radio": EVIL + "no"}
    for form in (evil_form(), evil_form(**typed, hidden=EVIL)):
        for field in form:
            page = field.as_field_group()
            assert "<script" not in page, field.name
            assert not re.search(r"""=["'][^"']*<""", page), field.name


def test_a_hint_that_is_html_on_purpose_stays_so():
    form = evil_form()
    form.fields["words"].help_text = format_html("<b>{}</b>", "<")
    assert "<b>&lt;</b></div>" in form["words"].as_field_group()
