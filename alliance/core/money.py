"""Pounds and pence, exactly: reading amounts that people wrote, sharing them out, writing them down.

An amount is a `Decimal` with two places that fits `numeric(15,2)`. It is never a float: a float has already
rounded, and nobody said how (rule 26).
"""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from fractions import Fraction

PENNY = Decimal("0.01")
ZERO = Decimal("0.00")
LARGEST = Decimal("9999999999999.99")  # numeric(15,2)
MOST = Decimal("9999999999.99")  # of what somebody enters, so that a thousand of them can be summed and told


class MoneyError(ValueError):
    """An amount that cannot be used.

    `str()` reads on after a row number ("Row 14: the amount '1,2O0' has a letter O"); `sentence` stands alone.
    """

    @property
    def sentence(self) -> str:
        text = str(self)
        return f"{text[:1].upper()}{text[1:]}."


def pounds(value: Decimal | int | str) -> Decimal:
    """The same amount with exactly two places.

    Nothing is rounded: a value with a fraction of a penny, a float, NaN, or one too large for the book is a
    MoneyError. A string is a plain number ("-1234.5"); what people type goes through `parse_pounds`.
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise MoneyError(f"the amount {value!r} is a {type(value).__name__}; an amount is an exact decimal")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise MoneyError(f"the amount {_quoted(value)} is not a number") from None
    if not amount.is_finite():
        raise MoneyError(f"the amount {_quoted(value)} is not a number")
    if abs(amount) > LARGEST:
        raise MoneyError(f"the amount {_quoted(value)} is larger than the book can hold ({LARGEST:,} pounds)")
    exact = amount.quantize(PENNY)
    if exact != amount:
        raise MoneyError(f"the amount {_quoted(value)} has a fraction of a penny")
    return exact + ZERO  # adding zero turns −0.00 into 0.00


def round_to_penny(value: Decimal | Fraction | int) -> Decimal:
    """To the nearest penny, half a penny away from zero (rule 38: "half-up of 25,635.052")."""
    pence = Fraction(value) * 100
    whole, part = divmod(abs(pence.numerator), pence.denominator)
    whole += 2 * part >= pence.denominator
    return _from_pence(whole if pence >= 0 else -whole)


def split(amount: Decimal, shares: Iterable[Decimal | int | Fraction]) -> list[Decimal]:
    """Share `amount` out in proportion to `shares`, to the penny, so that the parts sum to the whole.

    Rule 37: each part is rounded towards zero, then the pennies left over go one each to the largest remainders,
    ties in the order given. 100.00 in three equal shares is 33.34, 33.33, 33.33. A share of zero receives
    nothing; a negative amount is shared as its positive would be. A negative share, or nobody to share
    with, is a MoneyError.
    """
    pence = int(pounds(amount) * 100)
    weights = [_share(share) for share in shares]
    total = sum(weights)
    if not total:
        if pence:
            raise MoneyError(f"{format_pounds(amount)} cannot be split: nobody has a share")
        return [ZERO for _ in weights]
    exact = [abs(pence) * weight / total for weight in weights]
    parts = [int(part) for part in exact]
    left = abs(pence) - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[:left]:
        parts[i] += 1
    return [_from_pence(part if pence > 0 else -part) for part in parts]


def format_pounds(amount: Decimal | int, *, sign: str = "£") -> str:
    """ "£1,234.50"; a negative has a true minus before the sign: "−£12.00"."""
    exact = pounds(amount)
    return f"{'−' if exact < 0 else ''}{sign}{abs(exact):,.2f}"


def parse_pounds(text: str) -> Decimal:
    """What somebody meant by an amount in their spreadsheet, or a MoneyError that quotes it and says why not.

    Understood: "£1,234.50", "1 234.50" (any kind of space), "GBP 12", "(12.00)", "−12", "12.00-", "12.00 CR"
    (a credit: negative), "12.00 DR" (a debit: positive), ".5". Anything that two people could read differently
    is refused: "1.234,56", "1,23", "1.234", "-", "(-5)".
    """
    written = _quoted(text)

    def refuse(why: str) -> MoneyError:
        return MoneyError(f"the amount {written} {why}")

    rest = _plain_spaces(text)
    if not rest:
        raise MoneyError("the amount is blank")
    if rest.startswith("#"):
        raise refuse("is a spreadsheet's error, not a number")
    if re.fullmatch(r"[£\s]*-+[£\s]*", rest):
        raise refuse("could mean nothing or not known; write 0.00 if it is nothing")
    if re.search(r"[€$¥]|\b(eur|usd)\b", rest, re.IGNORECASE):
        raise refuse("is not in pounds")

    peeled = []
    while match := _WRAPPING.fullmatch(rest):
        kind = match.lastgroup
        peeled.append(kind)
        rest = match[kind].strip()
    signs = [kind for kind in peeled if kind not in _CURRENCY]
    if len(peeled) - len(signs) > 1:
        raise refuse("names its currency twice")
    if len(signs) > 1:
        raise refuse("has more than one sign")

    if re.fullmatch(r"[\d.,]+e[-+]?\d+", rest, re.IGNORECASE):
        raise refuse("is in scientific notation; write it out in full")
    if rest.lower() in {"nan", "inf", "infinity"}:
        raise refuse("is not a number")
    if strange := re.search(r"[^0-9., ]", rest):
        raise refuse(_what_is_wrong_with(strange[0], rest))
    if not re.search(r"\d", rest):
        raise refuse("has no digits")
    if re.search(r"\.\d*,|\..*\.|\. | \.", rest) or ("," in rest and " " in rest):
        raise refuse("mixes its points, commas and spaces; write it like 1,234.56")
    whole, _, pence = rest.partition(".")
    if not re.fullmatch(r"\d*|\d{1,3}(,\d{3})+|\d{1,3}( \d{3})+", whole):
        raise refuse("has a comma or a space in an odd place; write it like 1,234.56")
    if len(pence) > 2:
        raise refuse("has more than two decimal places")
    digits = re.sub(r"[, ]", "", whole) or "0"
    if len(digits.lstrip("0")) > 10:
        raise refuse("is larger than the book can hold")
    amount = pounds(f"{digits}.{pence or '0'}")
    return -amount + ZERO if set(signs) & _NEGATIVE else amount


# What may stand around the digits, one wrapping at a time: −£5, £−5, (£5), 5−, £5 CR.
_WRAPPING = re.compile(
    r"(?:£|gbp) ?(?P<currency>.*)|(?P<currency_after>.*?) ?(?:£|gbp)"
    r"|\((?P<brackets>.*)\)|(?P<credit>.*?) ?cr\.?|(?P<debit>.*?) ?dr\.?"
    r"|- ?(?P<minus>.*)|(?P<minus_after>.*?) ?-|\+ ?(?P<plus>.*)|(?P<plus_after>.*?) ?\+",
    re.IGNORECASE,
)
_CURRENCY = {"currency", "currency_after"}
_NEGATIVE = {"brackets", "credit", "minus", "minus_after"}
_LOOKALIKES = {"l": "1", "i": "1", "s": "5", "b": "8"}
_MINUSES = str.maketrans(dict.fromkeys("−–—‐‑‒﹣-", "-"))


def _what_is_wrong_with(character: str, rest: str) -> str:
    if re.search(r"[^\W\d_]{2}", rest):
        return "has words in it; an amount is digits alone"
    if character.lower() in _LOOKALIKES:
        return f"has a letter {character}; a {_LOOKALIKES[character.lower()]} may be meant"
    if character.isalpha():
        return f"has a letter {character}"
    if character.isdigit():
        return f"has '{character}', which is not one of the digits 0 to 9"
    if character in "()":
        return "has a bracket without its pair"
    if character in "-+":
        return "has a sign in an odd place"
    if character == "%":
        return "is a percentage"
    return (
        f"has '{character}' in it" if character.isprintable() else "has a character that cannot be seen in it"
    )


def _plain_spaces(text: str) -> str:
    """Every kind of space is a space, what has no width is gone, every kind of minus is a minus."""
    plain = "".join(
        " " if character.isspace() else character
        for character in text.translate(_MINUSES)
        if character.isspace() or unicodedata.category(character) != "Cf"
    )
    return re.sub(r" +", " ", plain).strip()


def _quoted(value: object) -> str:
    text = str(value)
    text = "".join(character if character.isprintable() else " " for character in text).strip()
    return f"'{text[:39]}…'" if len(text) > 40 else f"'{text}'"


def _share(share: Decimal | int | Fraction) -> Fraction:
    if isinstance(share, bool | float) or not isinstance(share, Decimal | int | Fraction):
        raise MoneyError(f"the share {share!r} is a {type(share).__name__}; a share is an exact number")
    if isinstance(share, Decimal) and not share.is_finite():
        raise MoneyError(f"the share {share} is not a number")
    if share < 0:
        raise MoneyError(f"the share {share} is negative")
    return Fraction(share)


def _from_pence(pence: int) -> Decimal:
    return pounds(Decimal(pence).scaleb(-2))
