"""The components of pages, and answers for htmx: no database is needed for any of it."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Engine, engines
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from alliance.core import htmx
from alliance.core.templatetags.concordat import word_difference
from tests.factories.drawing import draw

TEMPLATES = Path(settings.BASE_DIR) / "templates"


def plain(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("{% money 1234.5 %}", "£1,234.50"),
        ("{% money '-12' %}", "−£12.00"),
        ("{% money_plain '-1234.5' %}", "−1,234.50"),
        ("{% money None %}", ""),
        ("{% when summer %}", "Wednesday 1 July 2026 at 1:05pm"),
        ("{% when noon %}", "Tuesday 3 November 2026 at midday"),
        ("{% when a_day %}", "Tuesday 3 November 2026"),
        ("{% day a_day %}", "3 November 2026"),
        ("{% day late %}", "1 July 2026"),
        ("{{ 840|file_size }} {{ 36864|file_size }} {{ 1468006|file_size }}", "840 bytes 36 KB 1.4 MB"),
        ("{{ names|in_words }}", "Harbour, Quay and Mission"),
        ('{{ "Irrecoverable VAT"|lower_first }}', "irrecoverable VAT"),
        ('{{ "2026-11"|month_named }}', "November 2026"),
        ('{{ "the spring"|month_named }}', "the spring"),
    ],
)
def test_values_are_said_in_words(tag, words):
    context = {
        "summer": datetime(2026, 7, 1, 12, 5, tzinfo=UTC),
        "noon": datetime(2026, 11, 3, 12, 0, tzinfo=UTC),
        "late": datetime(2026, 6, 30, 23, 30, tzinfo=UTC),
        "a_day": date(2026, 11, 3),
        "names": ["Harbour", "Quay", "Mission"],
    }
    assert plain(draw(tag, **context)) == words


def test_an_icon_is_silent_beside_words_and_speaks_alone():
    assert 'aria-hidden="true"' in draw('{% icon "seal" %}')
    assert 'aria-label="Sealed"' in draw('{% icon "seal" "Sealed" %}')


def test_a_page_s_query_changes_one_value_and_keeps_the_rest():
    request = RequestFactory().get("/?state=open&page=1")
    assert draw("{% querystring_with page=2 %}", request=request) == "?state=open&amp;page=2"
    assert draw("{% querystring_with page=None %}", request=request) == "?state=open"


@given(st.text(alphabet="ab \n,.", max_size=40), st.text(alphabet="ab \n,.", max_size=40))
def test_a_difference_gives_back_both_wordings(old, new):
    runs = word_difference(old, new)
    assert "".join(words for kind, words in runs if kind != "new") == old
    assert "".join(words for kind, words in runs if kind != "gone") == new


def test_words_that_changed_one_after_the_other_are_one_run():
    assert word_difference("We open twelve warm beds.", "We open nine cold rooms.") == [
        ("same", "We open "),
        ("gone", "twelve warm beds"),
        ("new", "nine cold rooms"),
        ("same", "."),
    ]
    assert word_difference("a b", "a b") == [("same", "a b")]


def test_what_people_write_is_never_markup():
    nasty = "<script>x</script>"
    for source in (
        "{% difference nasty 'b' %}",
        "{% lines nasty %}",
        "{% card title=nasty %}{{ nasty }}{% endcard %}",
    ):
        html = draw(source, nasty=nasty)
        assert "<script" not in html
        assert "&lt;" in html


PAGE = (
    "Whole {% partialdef positions inline %}<p id=positions>{{ stance }}</p>{% endpartialdef %}"
    "{% partialdef roll %}roll{% endpartialdef %}"
)


@pytest.fixture
def page(tmp_path, monkeypatch):
    (tmp_path / "page.html").write_text(PAGE)
    engine = engines["django"].engine
    own = Engine(dirs=[str(tmp_path)], builtins=engine.builtins[-2:], loaders=[
        ("template_partials.loader.Loader", [("django.template.loaders.filesystem.Loader", [str(tmp_path)])])
    ])  # fmt: skip
    monkeypatch.setattr(engines["django"], "engine", own)
    return "page.html"


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({}, "Whole <p id=positions>agree</p>"),
        ({"HX-Request": "true"}, "<p id=positions>agree</p>"),
        ({"HX-Request": "true", "HX-Target": "roll"}, "roll"),
        ({"HX-Request": "true", "HX-Target": "elsewhere"}, "<p id=positions>agree</p>"),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, "Whole <p id=positions>agree</p>"),
        ({"HX-Request": "true", "HX-Boosted": "true"}, "Whole <p id=positions>agree</p>"),
    ],
)
def test_a_view_answers_with_the_page_or_the_part_that_was_asked_for(page, headers, answer):
    request = RequestFactory().get("/", headers=headers)
    response = htmx.render(request, page, {"stance": "agree"}, partial=("positions", "roll"), status=422)
    assert (response.status_code, response.content.decode()) == (422, answer)
    assert {"HX-Request", "HX-Target"} <= set(response["Vary"].split(", "))


def test_after_an_act_the_browser_fetches_the_next_page():
    response = htmx.redirect(RequestFactory().post("/"), "/next/")
    assert (response.status_code, response["Location"]) == (303, "/next/")


def test_the_guide_shows_every_component():
    components = {path.stem for path in (TEMPLATES / "components").glob("*.html")} - {"guide", "message"}
    shown = (TEMPLATES / "components" / "guide.html").read_text() + (TEMPLATES / "base.html").read_text()
    tags = {"aside", "card", "help", "table", "difference", "error_summary", "nav_item"}
    unseen = {name for name in components - tags if f"components/{name}.html" not in shown}
    unseen |= {tag for tag in components & tags if f"{{% {tag}" not in shown}
    assert unseen == set()


def test_no_template_of_ours_has_anything_inline():
    inline = re.compile(r"""<style|\sstyle=|\son[a-z]+=["']|hx-on|<script(?![^>]*\ssrc=)|javascript:""")
    found = [
        f"{path.relative_to(TEMPLATES)}: {match.group()}"
        for path in TEMPLATES.rglob("*.html")
        for match in inline.finditer(
            re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.S)
        )
    ]
    assert found == []


def test_every_component_says_how_to_use_it():
    silent = [
        path.name
        for path in (TEMPLATES / "components").glob("*.html")
        if path.stem not in {"guide", "nav_item"} and not path.read_text().startswith("{% comment %}")
    ]
    assert silent == []


def _luminance(colour):
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(one, other):
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_stands_out_from_every_ground_and_controls_have_edges():
    sheet = (Path(settings.BASE_DIR) / "static" / "scss" / "_palette.scss").read_text()
    colour = dict(re.findall(r"^\$([\w-]+): (#[0-9a-f]{6});", sheet, flags=re.M))
    grounds = ["white", "paper", "sand", "petrol-wash", "plum-wash", "slate-wash"]
    for text in ("ink", "ink-soft", "petrol", "petrol-dark", "plum", "plum-dark", "slate", "error"):
        for ground in grounds:
            assert _contrast(colour[text], colour[ground]) >= 4.5, f"{text} on {ground}"
    for edge in ("line-strong", "ink-soft", "plum"):
        for ground in ("white", "paper", "sand"):
            assert _contrast(colour[edge], colour[ground]) >= 3, f"{edge} on {ground}"
    assert _contrast(colour["ink"], colour["focus"]) >= 7
