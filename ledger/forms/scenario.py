"""What the scenario calculator asks. Every answer stands in the address, so that a scenario can be sent to somebody."""

import re
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from alliance.core.forms import Form, MoneyField
from alliance.core.money import MOST, ZERO, format_pounds
from ledger.sharing import Outcome, ShareTerms, share

PROVIDERS = 20  # that a split has room for
NUMBER = re.compile(r"\d{1,7}(\.\d{1,4})?|\.\d{1,4}", re.ASCII)


class PercentInput(forms.TextInput):
    """Digits with a percent sign after them."""

    template_name = "django/forms/widgets/percent.html"

    def __init__(self, attrs=None):
        super().__init__(
            {"inputmode": "decimal", "autocomplete": "off", "class": "govuk-input--width-4"} | (attrs or {})
        )


class NumberField(forms.Field):
    """A plain number of at most four decimals to an exact Decimal, or None.

    `most` is inclusive; `called` names it in sentences where its label is shorter.
    """

    widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
    like = "45.5"

    def __init__(self, *, most: Decimal = Decimal(1_000_000), called: str = "", **kwargs):
        self.most = most
        super().__init__(**kwargs)
        self.called = called or self.label

    def to_python(self, value):
        text = str(value or "").strip()
        if not text:
            return None
        if not NUMBER.fullmatch(self.digits(text)):
            written = f"“{text[:20]}…”" if len(text) > 20 else f"“{text}”"
            raise ValidationError(
                f"{self.called} must be a number from 0 to {self.most:,}, like {self.like}; {written} is not"
            )
        number = Decimal(self.digits(text))
        if number > self.most:
            raise ValidationError(f"{self.called} must be {self.most:,} or less")
        return number

    def digits(self, text: str) -> str:
        return text.replace(",", "")


class PercentField(NumberField):
    """A percentage from 0 to 100, with or without its sign."""

    widget = PercentInput
    like = "2.5"

    def __init__(self, **kwargs):
        super().__init__(most=Decimal(100), **kwargs)

    def digits(self, text: str) -> str:
        return text.removesuffix("%").rstrip()


def money_field(label: str, slider: str = "", **kwargs) -> MoneyField:
    field = MoneyField(label=label, max_value=MOST, **kwargs)
    field.widget.attrs |= {"data-slider": slider} if slider else {}
    return field


def percent_field(label: str, most: int, **kwargs) -> PercentField:
    """`most`: where its slider ends unless the number is beyond it."""
    return PercentField(
        label=label, widget=PercentInput({"data-slider": "percent", "data-most": most}), **kwargs
    )


class ScenarioForm(Form):
    """The terms of rule 38 and one year's cost, from an address; `begin` is what stands where nothing was asked yet.

    It is bound from the start: where it `is_valid`, `outcome` is what the year comes to.
    """

    asks = {
        "target": "the target cost, which is more than £0.00",
        "actual": "what the year costs",
        "band": "the neutral band, 0 if there is none",
        "gain_share": "the providers’ share of the gain",
        "pain_share": "the providers’ share of the pain",
    }
    not_optional = {f"{name}_{n}" for name in ("name", "share") for n in range(1, PROVIDERS + 1)}

    target = money_field("Target cost", "target", min_value=Decimal("0.01"))
    actual = money_field("What the year costs", "cost", min_value=ZERO)
    disallowed = money_field(
        "Of that, not allowed", required=False, min_value=ZERO, help_text="Whoever spent it bears it alone."
    )
    band = percent_field("Neutral band", 10, help_text="So close to the target, nobody shares.")
    gain_share = percent_field("Share of the gain", 100)
    gain_cap = percent_field("Cap on the gain", 20, required=False)
    pain_share = percent_field("Share of the pain", 100)
    pain_cap = percent_field("Cap on the pain", 20, required=False)

    def __init__(self, asked: Mapping[str, str], *, begin: Mapping[str, str]):
        asked = {name: asked[name] for name in asked}  # one answer a name: the last
        if any(re.fullmatch(r"(name|share)_\d+", name) for name in asked):
            begin = {name: text for name, text in begin.items() if name in self.base_fields}
        said = {**begin, **asked}
        filled = [
            n
            for n in range(1, PROVIDERS + 1)
            if said.get(f"name_{n}", "").strip() or said.get(f"share_{n}", "").strip()
        ]
        wanted = asked.get("rows", "")
        self.count = max(
            [2, *filled, min(int(wanted), PROVIDERS) if re.fullmatch(r"[0-9]{1,3}", wanted) else 0]
        )
        super().__init__(said)
        for n in range(1, self.count + 1):
            self.fields[f"name_{n}"] = forms.CharField(
                label=f"Provider {n}",
                required=False,
                max_length=80,
                error_messages={"max_length": f"The name of provider {n} must be 80 characters or fewer"},
                widget=forms.TextInput({"autocomplete": "off"}),
            )
            self.fields[f"share_{n}"] = NumberField(
                label=format_html('Share<span class="govuk-visually-hidden"> of provider {}</span>', n),
                called=f"Share of provider {n}",
                required=False,
            )

    @classmethod
    def says_all(cls, asked: Mapping[str, str]) -> bool:
        """Is every question in the address, so that nothing is left to begin with?"""
        return cls.base_fields.keys() | {"name_1", "share_1"} <= asked.keys()

    @property
    def providers(self) -> list[tuple]:
        """(name, share): the rows of the split, as bound fields."""
        return [(self[f"name_{n}"], self[f"share_{n}"]) for n in range(1, self.count + 1)]

    @property
    def one_more(self) -> int | None:
        """How many rows to ask for next; None when there is no room for another."""
        return self.count + 1 if self.count < PROVIDERS else None

    def clean(self):
        given = super().clean()
        actual, disallowed = given.get("actual"), given.get("disallowed")
        if actual is not None and disallowed is not None and disallowed > actual:
            self.add_error(
                "disallowed",
                f"What is not allowed must be {format_pounds(actual)} or less: it is a part of what the year costs",
            )
        names = set()
        for n in range(1, self.count + 1):
            name, weight = given.get(f"name_{n}", ""), given.get(f"share_{n}")
            if name and weight is None and f"share_{n}" not in self.errors:
                self.add_error(f"share_{n}", f"Enter the share of {name}, or take its name away")
            if name and name.casefold() in names:
                self.add_error(f"name_{n}", f"“{name}” is there already")
            names.add(name.casefold())
        if not self.errors and self.split and not any(weight for _, weight in self.split):
            self.add_error("share_1", "Enter a share of more than 0 for at least one provider")
        return given

    @property
    def split(self) -> tuple[tuple[str, Decimal], ...]:
        """Who has a share, in the order of the rows; a share without a name is of "Provider 2"."""
        given = self.cleaned_data
        rows = ((n, given.get(f"name_{n}"), given.get(f"share_{n}")) for n in range(1, self.count + 1))
        return tuple((name or f"Provider {n}", weight) for n, name, weight in rows if weight is not None)

    @property
    def terms(self) -> ShareTerms:
        given = self.cleaned_data
        return ShareTerms(
            target=given["target"],
            neutral_band_percent=given["band"],
            gain_share_percent=given["gain_share"],
            pain_share_percent=given["pain_share"],
            gain_cap_percent=given["gain_cap"],
            pain_cap_percent=given["pain_cap"],
            split=self.split or (("The providers", Decimal(1)),),
        )

    @property
    def outcome(self) -> Outcome:
        return share(self.terms, self.cleaned_data["actual"], self.cleaned_data["disallowed"] or ZERO)

    @property
    def query(self) -> str:
        """The scenario as the end of an address: all that was answered, and nothing else."""
        return urlencode(
            {name: text for name in self.fields if (text := self.data.get(name, "").strip())}, safe=","
        )


def answers(terms: ShareTerms, actual: Decimal) -> dict[str, str]:
    """Terms and a cost as somebody would type them into the form."""
    percents = {
        "band": terms.neutral_band_percent,
        "gain_share": terms.gain_share_percent,
        "gain_cap": terms.gain_cap_percent,
        "pain_share": terms.pain_share_percent,
        "pain_cap": terms.pain_cap_percent,
    }
    said = {"target": f"{terms.target:,.2f}", "actual": f"{actual:,.2f}"}
    said |= {name: "" if number is None else plain(number) for name, number in percents.items()}
    for n, (name, weight) in enumerate(terms.split[:PROVIDERS], 1):
        said |= {f"name_{n}": str(name), f"share_{n}": plain(weight)}
    return said


def plain(number: Decimal | int) -> str:
    return f"{Decimal(number).normalize():f}"
