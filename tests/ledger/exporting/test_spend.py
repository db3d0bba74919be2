"""Spend over £500 (rule 41)."""

from decimal import Decimal

import pytest

from alliance.core.models import Event
from alliance.core.periods import Month, Quarter
from alliance.core.refusals import Refusal
from ledger.exporting import persons, spend
from ledger.models import Category, SupplierMark
from ledger.services import close_period, correct_line, mark_supplier, reverse_journal
from tests.factories.exports import rows_of
from tests.factories.ledger import NOVEMBER, YEAR, cost, make_book, period_of, post_return

pytestmark = pytest.mark.django_db
D = Decimal
QUARTER = Quarter.containing(NOVEMBER.start)


def other(amount: str, supplier="Acme Ltd", reference="", **facts) -> str:
    return cost(amount, category="Direct other", supplier=supplier, reference=reference, **facts)


def published(cast, quarter=QUARTER) -> list[tuple[str, D]]:
    return [(one.supplier_told, one.amount) for one in spend.items(cast.alliance, quarter)]


def test_500_pounds_and_a_penny_is_in_and_500_pounds_is_out_and_so_are_pay_and_small_credits(cast):
    make_book(cast)
    post_return(
        cast,
        [
            other("500.01", "In Ltd"),
            other("500.00", "Out Ltd"),
            other("-500.01", "Credit Ltd"),
            other("-500.00", "Small Credit Ltd"),
            cost("4000.00", category="Direct staff", supplier="Payroll"),
            cost("600.00", category="Margin", supplier=""),
        ],
    )
    assert published(cast) == [
        ("In Ltd", D("500.01")),
        ("Credit Ltd", D("-500.01")),
        ("Haven Homes (no supplier named)", D("600.00")),
    ]
    assert published(cast, QUARTER.previous) == []


def test_the_lines_of_one_invoice_are_one_item_and_its_lost_vat_is_told(cast):
    make_book(cast)
    vat = cost("90.00", category="Irrecoverable VAT", supplier="acme LTD", reference="A-1")
    post_return(
        cast, [other("450.00", reference="A-1"), vat, other("450.00", reference="A-2"), other("90.00")]
    )
    (item,) = spend.items(cast.alliance, QUARTER)
    assert (item.amount, item.vat, item.category) == (
        D("540.00"),
        D("90.00"),
        "Direct other; Irrecoverable VAT",
    )


def test_what_was_reversed_or_corrected_in_the_quarter_is_told_as_it_is_now(cast):
    make_book(cast)
    gone = post_return(cast, [other("900.00", "Gone Ltd")], reference="1")
    reverse_journal(journal=gone.journal, reason="Twice.", by=cast.finn)
    kept = post_return(cast, [other("900.00", "Kept Ltd"), other("800.00", "Small Ltd")], reference="2")
    for line, amount in ((1, "700.00"), (2, "500.00")):
        correct_line(
            entry=kept.journal.entries.get(alliance=cast.alliance, line=line),
            category=Category.DIRECT_OTHER,
            budget_line=kept.journal.entries.get(alliance=cast.alliance, line=line).budget_line,
            amount=D(amount),
            reason="As on the invoice.",
            by=cast.finn,
        )
    assert published(cast) == [("Kept Ltd", D("700.00"))]


def test_what_is_put_right_in_a_later_quarter_appears_there_as_what_it_changes(cast):
    make_book(cast)
    september = Month(2026, 9)
    wrong = post_return(cast, [other("2000.00", "Late Ltd", "L-1", day="10/09/2026")], september)
    for month in YEAR.months[:6]:
        close_period(period=period_of(cast, month), by=cast.hana)
    reverse_journal(journal=wrong.journal, reason="Another's.", by=cast.finn)
    assert published(cast, Quarter.containing(september.start)) == [("Late Ltd", D("2000.00"))]
    assert published(cast) == [("Late Ltd", D("-2000.00"))]


@pytest.mark.parametrize(
    ("supplier", "private"),
    [
        ("Mr T Okafor", True),
        ("Dr Banerjee", True),
        ("Sarah Jones", True),
        ("JONES, SARAH", True),
        ("J. A. Smith", True),
        ("Smith, J", True),
        ("Quayside Cleaning", False),
        ("Sarah Jones Catering", False),
        ("John Lewis plc", False),
        ("B&Q", False),
        ("St Andrew's Church", False),
        ("Travelodge", False),
        ("Dr", False),
        ("", False),
    ],
)
def test_a_name_that_looks_like_a_persons(supplier, private):
    assert persons.looks_private(supplier) is private


def test_private_names_are_held_back_unless_whoever_sends_the_costs_says_otherwise(cast, client_of, url):
    make_book(cast)
    post_return(
        cast,
        [
            other("600.00", "Sarah Jones", what="Flat of Sarah Jones repainted"),
            other("700.00", "Grace Wells", reference="G"),
            other("800.00", "Nightlight", reference="N"),
        ],
    )
    assert published(cast) == [
        (spend.REDACTED, D("600.00")),
        (spend.REDACTED, D("700.00")),
        ("Nightlight", D("800.00")),
    ]
    for name, is_person in (("grace wells", "no"), ("nightlight", "yes")):
        said = {"quarter": QUARTER.slug, "supplier": f"haven:{name}", "is_person": is_person}
        assert client_of(cast.finn).post(url("mark_supplier"), said).status_code == 303
    assert published(cast) == [
        (spend.REDACTED, D("600.00")),
        ("Grace Wells", D("700.00")),
        (spend.REDACTED, D("800.00")),
    ]
    assert b"nightlight" not in b"".join(bytes(one.body) for one in Event.objects.all()).lower()
    shown = client_of(cast.hana).get(url("spend")).context["form"]
    assert shown["quarter"].value() == shown.asked.slug
    rows = rows_of(client_of(cast.hana).post(url("spend_file"), {"quarter": QUARTER.slug}))
    assert [row["Purpose"] for row in rows] == ["Flat of [redacted] repainted", "Cleaning", "Cleaning"]
    assert b"Sarah" not in str(rows).encode()
    assert rows[1] == {
        "Body name": "Harbour City Council",
        "Body URI": "",
        "Fund": "Pooled fund of Harbour Alliance",
        "Spent by": "Haven Homes",
        "Service": "Housing first",
        "Date": "2026-11-03",
        "Transaction number": rows[1]["Transaction number"],
        "Supplier name": "Grace Wells",
        "Amount net of recoverable VAT": "700.00",
        "Of which irrecoverable VAT": "0.00",
        "Purpose": "Cleaning",
        "Category": "Direct other",
    }


def test_only_whoever_sends_the_costs_or_keeps_the_pool_marks_a_supplier(cast, client_of, url):
    make_book(cast)
    post_return(cast, [other("800.00", "Nightlight")])
    said = {"quarter": QUARTER.slug, "supplier": "haven:nightlight", "is_person": "yes"}
    for person, status in ((cast.bea, 403), (cast.pat, 403), (cast.rosa, 422), (cast.carol, 422)):
        assert client_of(person).post(url("mark_supplier"), said).status_code == status
    assert not SupplierMark.objects.exists()
    assert client_of(cast.hana).post(url("mark_supplier"), said).status_code == 303
    with pytest.raises(Refusal):
        mark_supplier(participant=cast.haven, supplier="Nightlight", is_person=False, by=cast.rosa)
