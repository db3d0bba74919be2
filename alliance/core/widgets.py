"""The commonest widgets, drawn without a template: a page of questions has hundreds of answers to choose from.

What comes out is what Django's own templates say, but for the white space between options.
"""

from collections.abc import Callable

from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString


def attributes(attrs: dict) -> str:
    """` name="value"` for each; True says the name alone, False nothing."""
    return "".join(
        f" {escape(name)}" if value is True else f' {escape(name)}="{conditional_escape(str(value))}"'
        for name, value in attrs.items()
        if value is not False
    )


def _input(widget: dict) -> str:
    value = widget["value"]
    said = "" if value is None else f' value="{conditional_escape(str(value))}"'
    kind, name = escape(widget["type"]), escape(widget["name"])
    return f'<input type="{kind}" name="{name}"{said}{attributes(widget["attrs"])}>'


def _textarea(widget: dict) -> str:
    value = conditional_escape(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{escape(widget["name"])}"{attributes(widget["attrs"])}>\n{value}</textarea>'


def _select(widget: dict) -> str:
    return "".join(
        [
            f'<select name="{escape(widget["name"])}"{attributes(widget["attrs"])}>\n',
            *(_group(name, options) for name, options, _ in widget["optgroups"]),
            "</select>",
        ]
    )


def _group(name: str | None, options: list[dict]) -> str:
    said = "".join(
        f'<option value="{conditional_escape(str(one["value"]))}"{attributes(one["attrs"])}>'
        f"{conditional_escape(one['label'])}</option>\n"
        for one in options
    )
    return f'<optgroup label="{conditional_escape(name)}">\n{said}</optgroup>\n' if name else said


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
