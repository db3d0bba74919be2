"""Rows as text for PostgreSQL's COPY, ten thousand in the time in which an adapter takes each value to a thousand."""

from collections.abc import Iterable, Sequence

NULL = r"\N"
_SIGNS = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def copied(values: Iterable[object]) -> str:
    """One row, with its line's end. Of texts, numbers, days, None, and sequences of texts (text[])."""
    return "\t".join(map(_value, values)) + "\n"


def is_harmless(text: str) -> bool:
    """Nothing in it has to be written otherwise, neither by itself nor within an array's quotation marks."""
    return text.isprintable() and "\\" not in text and '"' not in text


def array(texts: Sequence[str]) -> str:
    """A text[] of harmless texts."""
    return '{"' + '","'.join(texts) + '"}' if texts else "{}"


def _value(value: object) -> str:
    if value is None:
        return NULL
    if isinstance(value, str):
        return value.translate(_SIGNS)
    if isinstance(value, list | tuple):
        return array([one.replace("\\", r"\\").replace('"', r"\"") for one in value]).translate(_SIGNS)
    return str(value)
