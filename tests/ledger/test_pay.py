"""Pay is by grade and full-time equivalents, and no cell of fewer than three is to be told from anything (rule 29)."""

import io
import json
import zipfile
from decimal import Decimal
from itertools import chain

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as some

from alliance.core.models import Event
from alliance.core.outbox import do_all_due
from ledger.models import Entry, ReturnLine
from ledger.pay import FEWEST, TOO_FEW, Cell, merged
from ledger.services import explain_names, fix_rows
from tests.factories.ledger import (
    HEADINGS,
    NOVEMBER,
    add_evidence,
    cost,
    csv_of,
    make_book,
    post_return,
    send_return,
)

D = Decimal
STAFFED = HEADINGS + ",Grade,FTE"


def pay(amount: str, grade: str, fte: str, line: str = "Housing first", name: str = "Jo Bloggs") -> str:
    return (
        cost(
            amount,
            category="Direct staff",
            supplier=name,
            what=f"Pay of {name}",
            reference="EMP-7",
            line=line,
        )
        + f",{grade},{fte}"
    )


PAID = [
    pay("9001.11", "Grade 5", "3.00", name="Payroll"),
    pay("2611.31", "Grade 6", "1.00", name="Ann Other"),
    pay("1907.77", "grade  6", "0.80", name="Bob Same"),
    pay("4480.13", "Band 8a", "1.00", name="Cy Chief"),
    pay("12000.29", "Grade 4", "4.50", name="Payroll"),
    pay("3333.41", "Grade 7", "1.00", line="Street outreach", name="Di Alone"),
    cost("99.95", category="Direct other", what="Boots", supplier="Cobbler", reference="B-1") + ",,",
]
# One person's pay, what two are paid together, their names and numbers.
SECRETS = ["2611.31", "1907.77", "4480.13", "Ann Other", "Bob Same", "Cy Chief", "Di Alone", "EMP-7"]
SECRETS += ["2,611.31", "1,907.77", "4,480.13", "4519.08", "4,519.08", "Band 8a", "Grade 6", "Grade 7"]


def cells(*told: tuple[str, str, str]) -> list[Cell]:
    return [Cell(grade, [n], D(amount), D(fte)) for n, (grade, amount, fte) in enumerate(told)]


class TestMerging:
    def test_what_is_too_small_goes_together(self):
        shown = merged(cells(("5", "900.00", "3.00"), ("6", "500.00", "2.00"), ("7", "400.00", "1.50")))
        assert [(one.grade, one.amount, one.fte) for one in shown] == [
            ("5", D("900.00"), D("3.00")),
            ("Several grades", D("900.00"), D("3.50")),
        ]

    def test_what_would_be_left_over_takes_the_smallest_of_the_others_along(self):
        shown = merged(cells(("4", "1200.00", "4.50"), ("5", "900.00", "3.00"), ("8a", "448.00", "1.00")))
        assert [(one.grade, one.amount) for one in shown] == [
            ("4", D("1200.00")),
            ("Several grades", D("1348.00")),
        ]

    def test_where_all_are_fewer_than_three_there_is_one_line_that_says_so(self):
        assert [one.said for one in merged(cells(("7", "333.00", "1.00"), ("8", "444.00", "0.50")))] == [
            TOO_FEW
        ]

    def test_a_line_has_room_for_so_many(self):
        told = (
            ("5", "9999999999.99", "9999999.99"),
            ("5", "-10000000000.00", "1.00"),
            ("5", "1.00", "10000000.00"),
        )
        assert [one.fits for one in cells(*told)] == [True, False, False]

    @given(some.lists(some.tuples(some.integers(1, 900_000), some.integers(0, 800)), min_size=1, max_size=12))
    def test_no_cell_is_fewer_than_three_unless_it_is_the_whole(self, told):
        given_ = [Cell(f"G{n}", [n], D(p) / 100, D(f) / 100) for n, (p, f) in enumerate(told)]
        shown = merged(given_)
        assert sum(one.amount for one in shown) == sum(one.amount for one in given_)
        assert sorted(chain(*(one.rows for one in shown))) == list(range(len(told)))
        assert all(one.fte >= FEWEST for one in shown) or len(shown) == 1


@pytest.mark.django_db
class TestInTheBook:
    @pytest.fixture
    def posted(self, cast):
        make_book(cast)
        return post_return(cast, csv_of(PAID, STAFFED))

    def test_the_rows_of_a_grade_are_one_line_and_the_sums_are_the_file_s(self, cast, posted):
        lines = Entry.objects.filter(journal=posted.journal, amount__gt=0).order_by("line")
        assert [(one.description, one.supplier, one.reference, one.amount) for one in lines] == [
            ("Several grades, 5.80 full-time equivalents", "", "", D("18000.32")),
            ("Grade 4, 4.50 full-time equivalents", "", "", D("12000.29")),
            (TOO_FEW, "", "", D("3333.41")),
            ("Boots", "Cobbler", "B-1", D("99.95")),
        ]
        assert posted.lines_total == sum(one.amount for one in lines)

    def test_nothing_that_anybody_else_can_open_tells_one_person_s_pay(self, cast, posted, client_of):
        """Pages, filters, files and exports: each is opened, and searched for what only the sent file says."""
        rosa, slug = client_of(cast.rosa), cast.alliance.slug
        rows = ReturnLine.objects.filter(cost_return=posted).values_list("row", flat=True)
        named = [
            "book",
            "lines",
            "lines_csv",
            "lines_xlsx",
            "totals_csv",
            "totals_xlsx",
            "staff",
            "staff_csv",
        ]
        named += ["staff_xlsx", "journals", "returns", "spend", "full_cost", "full_cost_csv", "explain"]
        urls = [reverse(f"ledger:{name}", args=[slug]) for name in named]
        urls += [f"{url}?month=2026-11&participant=haven" for url in urls]
        urls += [f"{urls[0]}?by={way}" for way in ("participant", "category", "month")]
        urls += [
            f"{urls[1]}?line={line}&category=direct_staff" for line in ("housing-first", "street-outreach")
        ]
        urls += [posted.get_absolute_url(), posted.journal.get_absolute_url()]
        urls += [reverse("ledger:row", args=[slug, posted.number, row]) for row in rows]
        seen = 0
        for url in urls:
            answer = rosa.get(url)
            assert answer.status_code == 200, url
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            text = _unpacked(body) if body[:2] == b"PK" else body.decode()
            assert [secret for secret in SECRETS if secret in text] == [], url
            seen += "18,000.32" in text or "18000.32" in text
        assert seen > 8
        for name, more in (("file", []), ("problems_csv", []), ("row", [3])):
            answer = rosa.get(reverse(f"ledger:{name}", args=[slug, posted.number, *more]))
            assert answer.status_code in (403, 404), name

    def test_its_own_people_and_an_auditor_see_the_file(self, cast, posted, client_of):
        url = reverse("ledger:file", args=[cast.alliance.slug, posted.number])
        answers = {
            one.name: client_of(one).get(url).status_code
            for one in (cast.finn, cast.bea, cast.ari, cast.hana)
        }
        assert list(answers.values()) == [200, 200, 200, 403]

    def test_a_file_that_is_not_understood_yet_is_nobody_else_s_either(self, cast, client_of):
        make_book(cast)
        sent = send_return(cast, csv_of([pay("2,31O.00", "Grade 5", "one")], STAFFED))
        problems = {(one.column, one.value) for one in sent.problems.all()}
        assert problems == {("Amount", "2,31O.00"), ("FTE", "one")}
        rosa = client_of(cast.rosa)
        page = rosa.get(sent.get_absolute_url()).content.decode()
        assert "2,31O" not in page
        assert "it is for those who act for Haven, its board and auditors" in page
        assert "2,31O" in client_of(cast.finn).get(sent.get_absolute_url()).content.decode()
        assert rosa.get(reverse("ledger:row", args=[cast.alliance.slug, sent.number, 2])).status_code == 403

    def test_a_large_plain_file_is_merged_too_and_no_row_of_it_is_lost(self, cast):
        """Such a file is read in sets (ADR 29), where pay has to be taken together all the same."""
        make_book(cast)
        other = [cost("1.10", category="Direct other", reference=f"B-{n}") + ",," for n in range(600)]
        paid = [pay("2,000.00", "Grade 5", "1"), *(pay("10.00", "Grade 5", "1.00") for _ in range(99))]
        for number, rows in enumerate(([*other, *paid], paid * 6)):
            posted = post_return(cast, csv_of(rows, STAFFED), reference=f"{number}")
            times = number * 5 + 1
            told = ReturnLine.objects.filter(cost_return=posted, account__category="direct_staff").get()
            assert (told.amount, told.fte) == (D("2990.00") * times, D("100.00") * times)
            assert posted.line_count == 601 - 600 * number
            assert not any("Bloggs" in cell for cell in told.cells)

    def test_pay_of_which_nobody_says_how_many_it_is_is_one_sum(self, cast, client_of):
        make_book(cast)
        paid = [
            cost(amount, category="Direct staff", supplier=name, line=line)
            for amount, name, line in (
                ("2611.31", "Ann Other", "Housing first"),
                ("1907.77", "Bob Same", "Housing first"),
                ("3333.41", "Di Alone", "Street outreach"),
            )
        ]
        posted = post_return(cast, [*paid, cost("99.95")])
        lines = Entry.objects.filter(journal=posted.journal, amount__gt=0).order_by("line")
        assert [(one.description, one.supplier, one.amount) for one in lines] == [
            (TOO_FEW, "", D("4519.08")),
            (TOO_FEW, "", D("3333.41")),
            ("Cleaning", "Quayside Cleaning", D("99.95")),
        ]
        rosa = client_of(cast.rosa)
        page = rosa.get(posted.get_absolute_url()).content.decode()
        assert "Rows 2 to 4 are pay" in page
        assert "Ann Other" not in page
        assert rosa.get(reverse("ledger:file", args=[cast.alliance.slug, posted.number])).status_code == 403

    def test_a_file_is_everybody_s_where_all_of_it_is_in_the_book_and_none_is_pay(self, cast, client_of):
        make_book(cast)
        whole = post_return(cast, [cost()], reference="whole")
        part = send_return(cast, [cost("7.00"), cost("2000.00", category="Wages")], reference="part")
        explain_names(cost_return=part, meanings={("category", "Wages"): "leave"}, by=cast.finn)
        do_all_due()
        part.refresh_from_db()
        assert part.status == "ready"
        urls = [reverse("ledger:file", args=[cast.alliance.slug, one.number]) for one in (whole, part)]
        assert [client_of(cast.rosa).get(url).status_code for url in urls] == [200, 403]

    def test_what_shows_pay_is_as_its_file_and_what_shows_another_cost_is_everybody_s(
        self, cast, posted, client_of
    ):
        of = {
            row: add_evidence(posted, cast.finn, b"%PDF-1.7 " + str(row).encode(), name=f"{row}.pdf", row=row)
            for row in (None, posted.lines.first().row, 8)
        }
        opened = {
            who.name: [client_of(who).get(one.get_absolute_url()).status_code for one in of.values()]
            for who in (cast.rosa, cast.ari, cast.finn)
        }
        assert list(opened.values()) == [[403, 403, 200], [200] * 3, [200] * 3]
        page = client_of(cast.rosa).get(posted.get_absolute_url()).content.decode()
        assert [one.get_absolute_url() in page for one in of.values()] == [False, False, True]

    def test_the_record_keeps_no_amount_of_pay_that_was_put_right(self, cast):
        make_book(cast)
        sent = send_return(cast, csv_of([pay("2,31O.77", "Grade 5", "1"), cost("1O.00") + ",,"], STAFFED))
        fix_rows(cost_return=sent, fixes={2: {"amount": "2310.77"}, 3: {"amount": "10.00"}}, by=cast.finn)
        told = json.loads(bytes(Event.objects.get(kind="ledger.return_fixed").body))["facts"]["changes"]
        assert told == [{"row": 2, "field": "amount"}, {"row": 3, "field": "amount"}]

    def test_a_total_that_is_wrong_tells_no_pay(self, cast):
        make_book(cast)
        sent = send_return(cast, csv_of([PAID[1], "Total,,,2700.00,,,,,,"], STAFFED))
        assert sent.notes[-2].startswith(
            "Row 3 says that it is a total, and the rows above it come to something else."
        )

    def test_what_was_taken_back_counts_for_nobody(self, cast):
        make_book(cast)
        rows = [pay("900.00", "Grade 5", "2.00"), pay("-450.00", "Grade 5", "1.00")]
        posted = post_return(cast, csv_of(rows, STAFFED))
        assert [one.description for one in posted.lines.all()] == [TOO_FEW]

    def test_who_is_paid_each_month_of_a_quarter_is_no_three_people(self, cast):
        """Rows of other days may be the same people again: three months' pay of one stay the pay of one."""
        make_book(cast)
        jo = [
            pay("2611.31", "Band 8a", "1.00").replace("03/11", f"28/{month}") for month in ("09", "10", "11")
        ]
        jo = [*jo, pay("9001.11", "Grade 5", "3.00").replace("03/11", "28/11")]
        posted = post_return(cast, csv_of(jo, STAFFED))
        assert [(one.description, one.amount) for one in posted.lines.all()] == [
            ("Several grades, 4.00 full-time equivalents", D("16835.04"))
        ]
        alone = post_return(cast, csv_of(jo[:3], STAFFED), reference="alone")
        assert [(one.description, one.fte) for one in alone.lines.all()] == [(TOO_FEW, D("0.00"))]

    def test_the_page_tells_grades_and_what_has_none(self, cast, posted, client_of):
        post_return(cast, [cost("50.50", category="Direct staff")], reference="agency")
        url = reverse("ledger:staff_csv", args=[cast.alliance.slug])
        rows = b"".join(client_of(cast.rosa).get(f"{url}?month={NOVEMBER.slug}").streaming_content).decode()
        assert [row.split(",")[1:4] for row in rows.splitlines()[1:]] == [
            ["Grade 4", "4.50", "12000.29"],
            ["Several grades", "5.80", "18000.32"],
            ["No grade shown", "", "3383.91"],
        ]

    def test_the_page_costs_the_same_however_many(self, cast, client_of, django_assert_num_queries):
        make_book(cast)
        finn, url = client_of(cast.finn), reverse("ledger:staff", args=[cast.alliance.slug])
        for sent in ([PAID[0]], PAID):
            post_return(cast, csv_of(sent, STAFFED), reference=f"{len(sent)} rows")
            with django_assert_num_queries(10):
                assert finn.get(url).status_code == 200


def _unpacked(workbook: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(workbook)) as files:
        return "".join(files.read(name).decode(errors="replace") for name in files.namelist())
