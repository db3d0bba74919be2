"""What is looked over before it is posted: the page that asks, and the page that shows what would change."""

from collections.abc import Iterator

from django import forms

from alliance.core.forms import Form


class Looked(Form):
    """A form that is looked over before it is posted: `then` is the button that sent it."""

    LOOK, POST, CHANGE = "look", "post", "change"
    then = forms.ChoiceField(
        choices=[(one, one) for one in (LOOK, POST, CHANGE)], required=False, widget=forms.HiddenInput
    )

    @property
    def carried(self) -> Iterator[tuple[str, str]]:
        """(name, value) of every answer, for the page that shows what would happen; a file is asked for there."""
        for field in self.visible_fields():
            value = self.cleaned_data.get(field.name)
            if value is not None and not isinstance(field.field, forms.FileField):
                yield field.html_name, str(getattr(value, "pk", value))
