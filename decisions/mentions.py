"""Names after an @ in what somebody wrote: found among those who are in the alliance, and linked where it is read."""

import re
from collections.abc import Iterable

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from participants.models import User


def mentioned(text: str, people: Iterable[User]) -> list[User]:
    """Those whose whole name stands after an @, whatever its capitals; of two names the longer one counts."""
    named: dict[str, list[User]] = {}
    for one in people:
        named.setdefault(_plain(one.name), []).append(one)
    pattern = _pattern(named)
    found = dict.fromkeys(_plain(hit[1]) for hit in pattern.finditer(text)) if pattern else {}
    return [one for name in found for one in named[name]]


def linked(html: SafeString, people: Iterable[User], url: str) -> SafeString:
    """`html` (safe, made from plain words) with each "@Name" of these people as a link to `url`."""
    pattern = _pattern(escape(one.name) for one in people)
    if pattern is None:
        return html
    return mark_safe(
        pattern.sub(
            lambda hit: format_html('<a class="govuk-link mention" href="{}">{}</a>', url, mark_safe(hit[0])),
            html,
        )
    )


def _pattern(names: Iterable[str]) -> re.Pattern | None:
    longest_first = sorted({str(name) for name in names}, key=len, reverse=True)
    if not longest_first:
        return None
    said = "|".join(r"\s+".join(map(re.escape, name.split())) for name in longest_first)
    return re.compile(rf"(?<!\w)@({said})(?!\w)", re.IGNORECASE)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
