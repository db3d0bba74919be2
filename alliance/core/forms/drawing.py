"""How a question is drawn: its GOV.UK kind and classes, what its answers reveal, and the renderer of all forms."""

from functools import cache

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

from alliance.core import widgets

from .fields import WordsField
from .inputs import DateInput


class ConcordatBoundField(BoundField):
    """A bound field that knows its GOV.UK kind, classes, and the questions that its answers reveal."""

    @property
    def kind(self):
        return _kind_of(type(self.field.widget))

    @property
    def follows(self):
        """Is this question shown under an answer of another one?"""
        answers = getattr(self.form, "reveals", {}).values()
        return any(self.name in names for answer in answers for names in answer.values())

    @property
    def multiple(self):
        return isinstance(self.field.widget, forms.CheckboxSelectMultiple)

    @property
    def counted(self):
        """The most characters that a longer text may have, where that is worth saying; else None."""
        most = getattr(self.field, "max_length", None) if self.kind == "words" else None
        return most if most and most < WordsField.MOST else None

    @property
    def optional(self):
        quiet = self.field.required or self.field.disabled or self.kind == "checkbox"
        return not quiet and self.name not in getattr(self.form, "not_optional", ())

    @property
    def first_id(self):
        """The id that an error's link goes to: the first control of the question."""
        if self.kind == "date":
            wrong = self._wrong_parts()
            return f"{self.auto_id}_{wrong[0] if wrong else 'day'}"
        return f"{self.auto_id}_0" if self.kind == "choices" else self.auto_id

    @property
    def options(self):
        """Radios and checkboxes with the hint of each and the fields that choosing it reveals."""
        hints = getattr(self.field.widget, "hints", {})
        revealed = getattr(self.form, "reveals", {}).get(self.name, {})
        revealed = {str(getattr(value, "value", value)): names for value, names in revealed.items()}
        for option in self.subwidgets:
            value = str(option.data["value"])
            names = [name for name in revealed.get(value, ()) if name in self.form.fields]
            yield {
                "id": option.id_for_label,
                "name": option.data["name"],
                "value": value,
                "label": option.choice_label,
                "checked": option.data["selected"],
                "disabled": self.field.disabled or option.data["attrs"].get("disabled"),
                "hint": hints.get(value, ""),
                "reveals": [self.form[name] for name in names],
            }

    def build_widget_attrs(self, attrs, widget=None):
        widget = widget or self.field.widget
        described = self.aria_describedby
        attrs = super().build_widget_attrs(attrs, widget)
        attrs.pop("required", None)  # the sentence beside the field says it, and can be worded
        if style := _style_of(type(widget)):
            classes = [style, f"{style}--error" if self.errors else "", widget.attrs.get("class", "")]
            attrs["class"] = " ".join(filter(None, classes))
        if self.counted and not widget.is_hidden:
            attrs["class"] += " govuk-js-character-count"
            attrs["maxlength"] = (
                False  # the counter says how many are too many; a hard stop loses pasted words
            )
            attrs["aria-describedby"] = " ".join(filter(None, [described, f"{self.auto_id}-info"]))
        if "placeholder" in widget.attrs:
            attrs["placeholder"] = (
                False  # it goes when somebody types, and is too pale to read: labels and hints stay
            )
        if isinstance(widget, DateInput):
            attrs["wrong"] = self._wrong_parts()
        return attrs

    def _wrong_parts(self):
        for error in self.errors.as_data():
            if (error.code or "").startswith("date "):
                return error.code.split()[1:]
        return []


@cache
def _kind_of(widget):
    for kind, types in (
        ("checkbox", forms.CheckboxInput),
        ("choices", (forms.RadioSelect, forms.CheckboxSelectMultiple)),
        ("date", DateInput),
        ("password", forms.PasswordInput),
        ("file", forms.FileInput),
        ("words", forms.Textarea),
    ):
        if issubclass(widget, types):
            return kind
    return "plain"


@cache
def _style_of(widget):
    for types, style in (
        (forms.HiddenInput, ""),
        ((forms.CheckboxInput,), "govuk-checkboxes__input"),
        ((forms.RadioSelect, forms.CheckboxSelectMultiple, forms.MultiWidget), ""),
        (forms.FileInput, "govuk-file-upload"),
        (forms.Select, "govuk-select"),
        (forms.Textarea, "govuk-textarea"),
        (forms.widgets.Input, "govuk-input"),
    ):
        if issubclass(widget, types):
            return style
    return ""


class ConcordatRenderer(TemplatesSetting):
    """settings.FORM_RENDERER: GOV.UK markup for every form, whoever wrote it."""

    form_template_name = "django/forms/form.html"
    formset_template_name = "django/forms/formset.html"
    field_template_name = "group"  # drawn by widgets.group
    bound_field_class = ConcordatBoundField

    def render(self, template_name, context, request=None):
        if not context.get("errors", True) and template_name.startswith("django/forms/errors/"):
            return ""
        if template_name == self.field_template_name:
            return widgets.group(context["field"])
        said = widgets.drawn(template_name, context)
        return super().render(template_name, context, request) if said is None else said
