"""From people's spreadsheets to lines of the book: what the columns mean, and everything that is wrong, told at once.

Nothing here touches the database. `Look` finds the headings, `guess` says what they mean, `Reading` turns each row
into a line or into problems, in words, by row and column, with the value (house 23).
"""

from .columns import (
    COLUMNS,
    COST,
    EITHER,
    LEAVE,
    PAY,
    ROOM,
    Column,
    Look,
    Meaning,
    guess,
    letter,
    look,
    texts,
)
from .reading import Line, Problem, Reading
from .words import parse_date, plain, rows_in_words

__all__ = [
    "COLUMNS",
    "COST",
    "EITHER",
    "LEAVE",
    "PAY",
    "ROOM",
    "Column",
    "Line",
    "Look",
    "Meaning",
    "Problem",
    "Reading",
    "guess",
    "letter",
    "look",
    "parse_date",
    "plain",
    "rows_in_words",
    "texts",
]
