"""What templates say in their own words: money, days, icons, differences, and boxes that wrap other things.

Built in to every template (settings.TEMPLATES), so no page needs `{% load %}`.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cache

from django import template
from django.forms import BaseFormSet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from alliance.core import addresses, widgets
from alliance.core import forms as plain_forms
from alliance.core.money import format_pounds
from alliance.core.periods import Month, PeriodError

register = template.Library()
register.tag(addresses.url)


# ── Words for values ─────────────────────────────────────────────────────────


@register.simple_tag
def money(amount):
    """Pounds and pence: "£1,234.50", "−£12.00". None says nothing."""
    return "" if amount is None or amount == "" else format_pounds(Decimal(amount))


@register.simple_tag
def money_plain(amount):
    """The same for a column headed with its pound sign: "1,234.50", "−12.00"."""
    return "" if amount is None or amount == "" else format_pounds(Decimal(amount), sign="")


@register.simple_tag
def day(value, weekday=False):
    """ "3 November 2026", or with its weekday "Tuesday 3 November 2026", as a time; an event's ISO text too."""
    if not value:
        return ""
    if isinstance(value, str):
        value = date.fromisoformat(value)
    local = _local(value) if isinstance(value, datetime) else value
    words = f"{local:%A} {local.day} {local:%B %Y}" if weekday else f"{local.day} {local:%B %Y}"
    return format_html('<time datetime="{}">{}</time>', f"{local:%Y-%m-%d}", words)


@register.simple_tag
def when(value):
    """ "Tuesday 3 November 2026 at 4:12pm" in the alliance's time; a date without a time has no "at"."""
    if not value:
        return ""
    if isinstance(value, date) and not isinstance(value, datetime):
        return day(value, weekday=True)
    local = _local(value)
    words = f"{local:%A} {local.day} {local:%B %Y} at {clock(local)}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), words)


def clock(moment):
    """ "4:12pm", "4pm", "midday", "midnight"."""
    if moment.minute == 0 and moment.hour in (0, 12):
        return "midday" if moment.hour else "midnight"
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def _local(value):
    return timezone.localtime(value) if timezone.is_aware(value) else value


@register.filter
def file_size(size):
    """Bytes as people say them: "840 bytes", "36 KB", "1.4 MB"."""
    size = int(size)
    if size < 1024:
        return f"{size} byte{'' if size == 1 else 's'}"
    return f"{round(size / 1024)} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


@register.filter
def plain_number(number):
    """A Decimal without the noughts that only its column has: "2", "1.5", "40"."""
    return format(Decimal(number).normalize(), "f")


register.filter("lower_first", plain_forms.lower_first)


@register.filter
def month_named(said):
    """A month as people say it, from the record's "2026-11": "November 2026". Other words stay as they are."""
    try:
        return Month.parse(str(said)).label
    except PeriodError:
        return said


@register.filter
def in_words(items):
    """ "Harbour", "Harbour and Quay", "Harbour, Quay and Mission"."""
    names = [str(item) for item in items]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


# ── Icons ────────────────────────────────────────────────────────────────────


@register.simple_tag
def icon(name, label=""):
    """An icon of ours (templates/components/icons/), drawn in the page in the colour of its words.

    Silent to screen readers beside words; with a `label` it is a picture with that name.
    """
    speech = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon icon--{}" viewBox="0 0 24 24" width="24" height="24" focusable="false" {}>{}</svg>',
        name,
        speech,
        mark_safe(_drawing(name)),
    )


@cache
def _drawing(name):
    return render_to_string(f"components/icons/{name}.svg").strip()


# ── Forms and links ──────────────────────────────────────────────────────────


register.simple_tag(widgets.choice)
register.simple_tag(widgets.hint_and_errors)


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms):
    """Everything that is wrong with these forms and formsets, each linked to its question. Empty when all is well."""
    problems = []
    for form in _each_form(forms):
        if isinstance(form, BaseFormSet):
            problems += [("form-errors", error) for error in form.non_form_errors()]
            continue
        problems += [("form-errors", error) for error in form.non_field_errors()]
        problems += [
            (field.first_id if hasattr(field, "first_id") else field.auto_id, error)
            for field in form
            for error in field.errors
        ]
    return {"problems": problems}


def _each_form(forms):
    for form in forms:
        if form is None or not getattr(form, "is_bound", False):
            continue
        yield form
        if isinstance(form, BaseFormSet):
            yield from form


@register.simple_tag
def error_prefix(*forms):
    """ "Error: " for the page's title when a form was refused."""
    return plain_forms.error_prefix(*forms)


@register.simple_tag(takes_context=True)
def querystring_with(context, **changes):
    """This page's query with some values changed: `{% querystring_with page=2 %}`; None takes one away."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"


@register.inclusion_tag("components/nav_item.html")
def nav_item(label, url, current=False):
    """One place of the service navigation."""
    return {"label": label, "url": url, "current": current}


# ── The difference between two wordings ──────────────────────────────────────


def word_difference(old, new):
    """Runs of (kind, words) where kind is "same", "gone" or "new"; joined, the runs give back both texts.

    Words that changed one after the other are one run: a blank alone between two of them does not part them.
    """
    before, after = (re.findall(r"\s+|[^\s\w]+|\w+", text) for text in (old, new))
    runs, gone, come = [], "", ""
    for change, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        left, right = "".join(before[a:b]), "".join(after[c:d])
        if change == "equal" and (left.strip() or not (gone and come)):
            runs += [run for run in (("gone", gone), ("new", come)) if run[1]] + [("same", left)]
            gone = come = ""
        else:
            gone, come = gone + left, come + right
    return runs + [run for run in (("gone", gone), ("new", come)) if run[1]]


@register.inclusion_tag("components/difference.html")
def difference(old, new):
    """Two wordings in one: what went is struck through, what came is underlined, and both are said aloud."""
    runs = word_difference(old, new)
    return {"runs": runs, "changed": any(kind != "same" for kind, _ in runs)}


# ── Boxes that wrap other things ─────────────────────────────────────────────


def _wrapped(component, content, **words):
    return mark_safe(
        render_to_string(f"components/{component}.html", {"content": mark_safe(content)} | words)
    )


@register.simple_block_tag
def card(content, title="", level=2, url="", note="", tone=""):
    """A box with a heading: `{% card title="Harbour" url=… note="since 2024" tone="quiet" %}…{% endcard %}`."""
    return _wrapped("card", content, title=title, level=level, url=url, note=note, tone=tone)


@register.simple_block_tag(name="help")
def help_box(content, summary):
    """Help where it is needed, closed until asked for: `{% help "What is a stand aside?" %}…{% endhelp %}`."""
    return _wrapped("help", content, summary=summary)


@register.simple_block_tag
def table(content, caption, hide_caption=False, name="", stacked=False):
    """A table that scrolls sideways by itself on a phone: the content is its `<thead>`, `<tbody>`, `<tfoot>`.

    With `stacked` its rows stand one under the other there instead; then every cell says its column in `data-label`.
    """
    return _wrapped("table", content, caption=caption, hide_caption=hide_caption, name=name, stacked=stacked)


@register.simple_block_tag
def aside(content, title="", tone="sand"):
    """A quiet panel for what is worth knowing beside the matter: tones "sand", "petrol", "plum"."""
    return _wrapped("aside", content, title=title, tone=tone)


@register.simple_tag
def lines(text):
    """Somebody's words with their paragraphs and line ends kept, and nothing else."""
    paragraphs = [part for part in re.split(r"\n\s*\n", (text or "").replace("\r\n", "\n").strip()) if part]
    return format_html_join(
        "",
        '<p class="govuk-body">{}</p>',
        (
            (format_html_join(mark_safe("<br>"), "{}", ((line,) for line in part.split("\n"))),)
            for part in paragraphs
        ),
    )
