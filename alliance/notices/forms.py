"""Which letters somebody wants."""

from django import forms

from alliance.core.forms import Checkboxes, Form
from alliance.notices.letters import KINDS


class PreferencesForm(Form):
    wanted = forms.MultipleChoiceField(
        label="Write to me when",
        choices=[(kind.key, kind.label) for kind in KINDS.values() if not kind.always],
        widget=Checkboxes(hints={kind.key: f"You get this because {kind.why}." for kind in KINDS.values()}),
        required=False,
    )
    not_optional = ("wanted",)
