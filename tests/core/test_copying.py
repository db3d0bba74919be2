"""What is copied into a table is what was meant, whatever people write."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from alliance.core.copying import array, copied, is_harmless

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0")) | st.sampled_from(
    ["NULL", r"\N", r"\.", '{"a"}', "a\tb\nc\rd", '"', "\\", "'", ",", " ", "é→½", "\N{NO-BREAK SPACE}"]
)


@pytest.mark.django_db
@given(st.lists(st.tuples(TEXT, st.lists(TEXT)), max_size=5))
def test_texts_arrive_as_they_were_written(rows):
    told = [
        (place, text, cells, date(2026, 11, place + 1), Decimal("-1.50"), None)
        for place, (text, cells) in enumerate(rows)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "create temporary table if not exists told (n int, t text, c text[], d date, a numeric, o text)"
        )
        cursor.execute("delete from told")
        with cursor.copy("copy told from stdin") as copy:
            copy.write("".join(map(copied, told)))
        cursor.execute("select n, t, c, d, a, o from told order by n")
        assert cursor.fetchall() == told


@given(st.lists(TEXT))
def test_what_is_harmless_can_be_copied_as_it_stands(texts):
    if is_harmless("".join(texts)):
        assert copied([texts, *texts]) == "\t".join([array(texts), *texts]) + "\n"
