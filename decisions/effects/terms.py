"""The forms that ask for the terms of an effect, and how terms are written down and read back."""

import unicodedata
from datetime import date
from decimal import Decimal

from django.db.models import Model
from django.utils import timezone

from alliance.core.forms import Form, MoneyField
from decisions.effects.kind import KINDS
from participants.models import Alliance, Participant


class TermsForm(Form):
    """Asks for the terms of one kind of effect: `TermsForm(data, alliance=…, terms={…} or None)`.

    `.terms` gives {"kind", …} in plain JSON once it is valid. What names a row is kept as its id, and beside it, as
    "<name>_name", what it was called: the sealed bytes are understood without the database.
    """

    kind: str = ""

    def __init__(self, *args, alliance: Alliance, terms: dict | None = None, **kwargs):
        self.alliance = alliance
        self.given = given = terms or {}
        initial = {
            name: Decimal(value) if isinstance(self.base_fields.get(name), MoneyField) and value else value
            for name, value in given.items()
        }
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.prepare(alliance)

    def prepare(self, alliance: Alliance) -> None:
        """Fill in the choices that the alliance gives."""
        if "participant" in self.fields:
            members = Participant.objects.filter(alliance=alliance, left_on__isnull=True)
            self.fields["participant"].queryset = members.order_by("place")

    @property
    def terms(self) -> dict:
        said: dict = {"kind": self.kind}
        for name, value in self.cleaned_data.items():
            if isinstance(value, Model):
                said |= {name: value.pk, f"{name}_name": str(value)}
            else:
                said[name] = _plain(value)
        return said

    def clean(self):
        given = super().clean()
        if not self.errors:
            for name, sentence in KINDS[self.kind].problems(self.alliance, self.terms).items():
                self.add_error(name if name in self.fields else None, sentence)
        return given


def _plain(value):
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case str():
            return unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
    return value


def day_of(terms: dict, name: str) -> date | None:
    return date.fromisoformat(terms[name]) if terms.get(name) else None


def spoken(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def not_before_today(terms: dict, name: str) -> date:
    """The agreed day; or today, where the seal came later than that."""
    return max(day_of(terms, name), timezone.localdate())


def participant_of(alliance: Alliance, terms: dict) -> Participant | None:
    pk = terms.get("participant")
    return (
        Participant.objects.filter(alliance=alliance, pk=pk).select_related("alliance").first()
        if isinstance(pk, int)
        else None
    )
