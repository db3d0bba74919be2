"""What waits, and on whom: one line of the home page."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils import timezone


@dataclass(frozen=True)
class Waiting:
    """`title` links to `url`; `why` is a sentence; `due` a day or None; `who` it waits on, seen by the reader."""

    title: str
    url: str
    why: str
    who: Literal["me", "organisation", "others"]
    due: date | None = None

    @property
    def is_late(self) -> bool:
        return bool(self.due) and self.due < timezone.localdate()
