"""Questions and the commonest widgets as HTML, without a template: a page may ask a hundred, each with its answers.

Widgets are what Django's own templates say, but for the white space between options; a question is GOV.UK's form group.
"""

from collections.abc import Callable
from html import escape

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

# ── Widgets ──────────────────────────────────────────────────────────────────


def _said(value) -> str:
    return escape(value) if type(value) is str else conditional_escape(str(value))


def attributes(attrs: dict) -> str:
    """` name="value"` for each; True says the name alone, False nothing."""
    return "".join(
        f" {_said(name)}" if value is True else f' {_said(name)}="{_said(value)}"'
        for name, value in attrs.items()
        if value is not False
    )


def _input(widget: dict) -> str:
    value = "" if widget["value"] is None else f' value="{_said(widget["value"])}"'
    named = f'type="{_said(widget["type"])}" name="{_said(widget["name"])}"'
    return f"<input {named}{value}{attributes(widget['attrs'])}>"


def _textarea(widget: dict) -> str:
    value = _said(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_said(widget["name"])}"{attributes(widget["attrs"])}>\n{value}</textarea>'


def _select(widget: dict) -> str:
    groups = "".join(_group(name, options) for name, options, _ in widget["optgroups"])
    return f'<select name="{_said(widget["name"])}"{attributes(widget["attrs"])}>\n{groups}</select>'


def _group(name: str | None, options: list[dict]) -> str:
    said = "".join(
        f'<option value="{_said(one["value"])}"{attributes(one["attrs"])}>{_said(one["label"])}</option>\n'
        for one in options
    )
    return f'<optgroup label="{_said(name)}">\n{said}</optgroup>\n' if name else said


_DRAWN: dict[str, Callable[[dict], str]] = {
    f"django/forms/widgets/{name}.html": draw
    for draw, names in (
        (_input, ("input", "text", "number", "email", "url", "hidden", "checkbox")),
        (_textarea, ("textarea",)),
        (_select, ("select",)),
    )
    for name in names
}


def drawn(template: str, context: dict) -> SafeString | None:
    """The widget as that template would draw it; None where a template has to."""
    draw = _DRAWN.get(template)
    return SafeString(draw(context["widget"])) if draw else None


# ── Questions ────────────────────────────────────────────────────────────────


def group(field) -> SafeString:
    """A bound field with its label, hint, errors and control."""
    kind, counted, wrong = field.kind, field.counted, field.errors
    head = "govuk-form-group"
    if wrong:
        head += " govuk-form-group--error"
    if counted:
        head += " govuk-character-count"
    if kind == "password":
        head += " govuk-password-input"
    head = f'<div class="{head}"'
    if counted:
        head += f' data-module="govuk-character-count" data-maxlength="{counted}" data-threshold="75"'
    if kind == "password":
        head += ' data-module="govuk-password-input"'
    draw = {"choices": _fieldset, "date": _fieldset, "checkbox": _tick}.get(kind, _labelled)
    return SafeString(f"{head}>\n{draw(field, kind, counted)}</div>\n")


def _fieldset(field, kind: str, counted) -> str:
    role = ' role="group"' if kind == "date" else ""
    described = field.aria_describedby
    described = f' aria-describedby="{_said(described)}"' if described else ""
    return (
        f'<fieldset class="govuk-fieldset"{role}{described}>\n'
        '<legend class="govuk-fieldset__legend govuk-fieldset__legend--s">'
        f"{_label(field)}</legend>\n"
        f"{hint_and_errors(field)}{field if kind == 'date' else _choices(field)}\n</fieldset>\n"
    )


def _tick(field, kind: str, counted) -> str:
    label = f'<label class="govuk-label govuk-checkboxes__label" for="{_said(field.id_for_label)}">'
    hint = _hint(field, "govuk-hint govuk-checkboxes__hint")
    return (
        f'{field.errors}\n<div class="govuk-checkboxes">\n<div class="govuk-checkboxes__item">\n'
        f"{field}\n{label}{_said(field.label)}</label>\n{hint}</div>\n</div>\n"
    )


def _labelled(field, kind: str, counted) -> str:
    label = ""
    if field.label:
        label = f'<label class="govuk-label govuk-label--s" for="{_said(field.id_for_label)}">'
        label += f"{_label(field)}</label>\n"
    most = ""
    if counted:
        most = f'<div id="{_said(field.auto_id)}-info" class="govuk-hint govuk-character-count__message">'
        most += f"You can enter up to {counted} characters</div>\n"
    return f"{label}{hint_and_errors(field)}{field}\n{most}"


def _label(field) -> str:
    return _said(field.label) + (' <span class="optional">(optional)</span>' if field.optional else "")


def _hint(field, style: str) -> str:
    if not field.help_text:
        return ""
    return f'<div class="{style}" id="{_said(field.auto_id)}_helptext">{_said(field.help_text)}</div>\n'


def hint_and_errors(field) -> SafeString:
    """What stands between a question and its answer."""
    return SafeString(f"{_hint(field, 'govuk-hint')}{field.errors}\n")


def _choices(field) -> str:
    if field.multiple:
        options = "".join(choice(one, "checkboxes", "checkbox") for one in field.options)
        return f'<div class="govuk-checkboxes">\n{options}</div>'
    style, widget = "govuk-radios", field.field.widget
    for way in ("inline", "small"):
        style += f" govuk-radios--{way}" if getattr(widget, way, False) else ""
    options = "".join(choice(one, "radios", "radio") for one in field.options)
    return f'<div class="{style}">\n{options}</div>'


def choice(option: dict, look: str, kind: str) -> SafeString:
    """One of `ConcordatBoundField.options` with its hint and the questions that it reveals."""
    at, hint = _said(option["id"]), option["hint"]
    given = f'id="{at}" name="{_said(option["name"])}" type="{kind}" value="{_said(option["value"])}"'
    given += f' aria-describedby="{at}_hint"' if hint else ""
    given += " checked" if option["checked"] else ""
    given += " disabled" if option["disabled"] else ""
    below = f'<div id="{at}_hint" class="govuk-hint govuk-{look}__hint">{_said(hint)}</div>\n' if hint else ""
    reveals = "".join(one.as_field_group() for one in option["reveals"])
    if reveals:
        reveals = f'<div class="govuk-{look}__conditional revealed">\n{reveals}</div>\n'
    return SafeString(
        f'<div class="govuk-{look}__item">\n<input class="govuk-{look}__input" {given}>\n'
        f'<label class="govuk-label govuk-{look}__label" for="{at}">{_said(option["label"])}</label>\n'
        f"{below}</div>\n{reveals}"
    )
