"""Pages of lists, and files to keep."""

import pytest
from django.db import connection
from django.test import RequestFactory

from alliance.core.downloads import download_csv, download_file
from alliance.core.paging import LINES_A_PAGE, first_of, page_of, place_of


def asking(query: str):
    return RequestFactory().get("/" + query)


@pytest.mark.parametrize(
    ("asked", "number"), [("", 1), ("?page=2", 2), ("?page=9", 3), ("?page=last%20one", 1)]
)
def test_nonsense_is_the_first_page_and_too_far_is_the_last(asked, number):
    page = page_of(asking(asked), range(45))
    assert page.number == number
    assert page.paginator.count == 45


@pytest.mark.parametrize(
    ("asked", "place"),
    [("?before=7", 7), ("", None), ("?before=-1", None), ("?before=²", None), ("?before=" + "9" * 30, None)],
)
def test_only_a_number_is_a_place(asked, place):
    assert place_of(asking(asked), "before") == place


@pytest.mark.parametrize(("rows", "more"), [(0, False), (LINES_A_PAGE, False), (LINES_A_PAGE + 1, True)])
def test_the_first_page_knows_whether_there_are_more(rows, more):
    assert first_of(range(rows)) == (list(range(min(rows, LINES_A_PAGE))), more)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("costs.csv", 'attachment; filename="costs.csv"'),
        ("coûts de mai.csv", "attachment; filename*=utf-8''co%C3%BBts%20de%20mai.csv"),
        ('a"; x="b.csv', 'attachment; filename="a\\"; x=\\"b.csv"'),
        ("a\r\nX-Evil: 1.csv", "attachment; filename*=utf-8''a%0D%0AX-Evil%3A%201.csv"),
    ],
)
def test_a_file_is_saved_under_its_name_whatever_the_name_is(name, header):
    assert download_file(b"1", name=name, media_type="text/csv")["Content-Disposition"] == header


def test_a_csv_is_read_line_by_line_in_the_context_of_its_alliance(cast):
    def rows():
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('app.alliance', true)")
            seen.append(cursor.fetchone()[0])
        yield ["=1+1"]

    seen = []
    answer = download_csv("costs", ["Amount"], rows(), alliance_id=cast.alliance.pk)
    assert b"".join(answer).decode("utf-8-sig") == "Amount\r\n'=1+1\r\n"
    assert answer["Content-Disposition"] == 'attachment; filename="costs.csv"'
    assert seen == [str(cast.alliance.pk)]
