"""The PDF: from the frozen facts alone, for every reader, with everything that it promises (rule 58)."""

import io
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pikepdf
import pytest

from alliance.assurance import drawing
from alliance.core.pdf import PdfError, describe, render_pdf
from tests.factories.assurance import make_contents


@pytest.fixture(scope="module")
def contents():
    return make_contents()


@pytest.fixture(scope="module")
def pdf(contents):
    return drawing.draw(contents)


@pytest.fixture(scope="module")
def said(pdf):
    return describe(pdf)


def test_the_same_facts_give_the_same_bytes(pdf, contents):
    assert drawing.draw(make_contents()) == pdf


def test_it_is_tagged_titled_and_in_english(said):
    assert said.tagged
    assert said.display_title
    assert said.lang == "en-GB"
    assert said.title == (
        "Harbour Alliance: assurance report, Quarter 2 of 2025–26 (July to September 2025), version 1"
    )
    assert (said.pdfa, said.pdfua, said.output_intent) == ("3A", "1", True)


def test_every_part_has_its_bookmark(said):
    parts = [
        "The quarter in short",
        "1. Decisions",
        "2. The open book",
        "3. Learning",
        "4. Measures",
        "5. What is missing",
        "6. The alliance and its principles",
        "7. How to check this report",
    ]
    assert [one for one in said.outline if one in parts] == parts


def test_every_chart_has_its_words_and_every_header_its_scope(said):
    assert len(said.figures) == 3
    assert all(said.figures)
    assert "Special causes in all: outside the limits: 1 point" in said.figures[2]
    assert set(said.header_scopes) == {"Column", "Row"}


def test_headings_go_down_one_step_at_a_time(said):
    levels = [int(tag[1]) for tag in said.tags if tag in ("H1", "H2", "H3", "H4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_facts_are_attached_byte_for_byte(pdf, contents):
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.attachments["report.json"].get_file().read_bytes() == contents.freeze()


def test_it_passes_its_own_check(pdf, contents):
    drawing.check(pdf, contents)


def test_the_check_names_what_a_lesser_document_lacks(contents):
    lesser = render_pdf(
        "<p>Nothing to see</p>", title="Something else", created=contents.cover.cut_off, identifier="x"
    )
    with pytest.raises(PdfError) as refused:
        drawing.check(lesser, contents)
    assert str(refused.value) == (
        "The document is not fit to be sealed: its title is not the report's; it has no bookmarks; "
        "its facts are not attached."
    )


def page(contents) -> str:
    """The document's words before they are set, in one line."""
    return " ".join(drawing.html_of(contents).split())


def test_it_prints_the_record_head_and_how_to_check_it(contents):
    said = page(contents)
    assert contents.record.hash in said
    assert "<dt>Entry</dt><dd>214</dd>" in said
    assert "Self-assurance by the Alliance Leadership Team" in said


def test_figures_print_their_denominators(contents):
    assert "Sep 2025: 2 of 3 providers reported." in page(contents)


def test_an_experiment_that_failed_is_told_with_what_was_learned(contents):
    said = page(contents)
    assert "Stopped: not as we hoped." in said
    assert "The form was longer than the three it replaced." in said


def test_no_gap_is_left_out(contents):
    said = page(contents)
    assert all(
        said.count(gap.what.replace("'", "&#x27;")) == 2 for gap in contents.gaps
    )  # in short, and in full


def test_whoever_stood_aside_is_named_beside_the_decision(contents):
    agreed = contents.decisions.agreed[0]
    aside = replace(agreed, voices=(replace(agreed.voices[0], stance="Stands aside"), *agreed.voices[1:]))
    said = page(replace(contents, decisions=replace(contents.decisions, agreed=(aside,))))
    assert said.count("Council standing aside") == 2


def test_words_cannot_bring_markup_into_the_report(contents):
    agreed = contents.decisions.agreed[0]
    sly = replace(
        agreed, title="<script>alert(1)</script>", why="<img src='https://elsewhere.example/x.png'>"
    )
    said = page(replace(contents, decisions=replace(contents.decisions, agreed=(sly,))))
    assert "<script" not in said
    assert "<img" not in said


def test_a_quiet_quarter_still_makes_a_whole_report(contents):
    quiet = replace(
        contents,
        decisions=replace(contents.decisions, agreed=(), undecided=()),
        money=None,
        learning=replace(contents.learning, reviews=(), experiments=(), actions=()),
        measures=(),
        gaps=(),
    )
    drawn = drawing.draw(quiet)
    drawing.check(drawn, quiet)


def test_a_line_without_budget_and_a_refund_are_drawn(contents):
    odd = replace(contents.money.lines[0], budget=None, year=Decimal("-12.00"), quarter=Decimal("-12.00"))
    said = page(replace(contents, money=replace(contents.money, lines=(odd,))))
    assert "−12.00" in said
