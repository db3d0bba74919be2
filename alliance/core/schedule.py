"""What returns by itself. Each app registers a function that asks (by `enqueue`, with a key) for what is due.

The functions look at the clock and the record and ask for whatever is missing, over a range: a missed run loses
nothing, and two schedulers do no harm.
"""

from collections.abc import Callable
from datetime import date

from django.utils import timezone

_asked: list[Callable[[date], None]] = []


def every_day(function: Callable[[date], None]) -> Callable[[date], None]:
    _asked.append(function)
    return function


def ask_for_what_is_due(today: date | None = None) -> None:
    for function in _asked:
        function(today or timezone.localdate())
