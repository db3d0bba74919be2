"""Every form of the house, given what no form expects: it says so beside the question, and loses nothing.

The forms are found by reading the pages behind the doors of tests/test_doors.py, so that a new one is tried by itself.
`FORM_TRIES=20000 pytest tests/properties/test_forms.py` tries for longer, `FORM_SEED=…` something else.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from random import Random
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from lxml import html

from tests import test_doors
from tests.test_doors import INSIDE, Door

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TRIES, SEED = int(os.environ.get("FORM_TRIES", 600)), os.environ.get("FORM_SEED", "Harbour")
ROOMS = sorted({door.name.rpartition(":")[0] for door in INSIDE})
# Two lots, for two workers: to furnish the house takes as long as a hundred answers, so no room has one of its own.
LOTS = [["decisions"], [room for room in ROOMS if room != "decisions"]]
MEGABYTE = 1_000_000
# An error summary, a question that is asked once more, or the wording that changed meanwhile.
SAYS_WHY = ("There is a problem", 'class="panel', 'class="changed"')
house = test_doors.house
HOSTILE = [
    "",
    "   ",
    "\r\n\r\n",
    "x" * 130,
    "word " * 2_000,
    "x" * MEGABYTE,
    "9" * 5_000,
    "before\x00after",
    "bell\x07 escape\x1b[31m delete\x7f next\x85 mark\ufeff",
    "lone \ud800 surrogate",
    "👩🏽‍🚒 🏳️‍🌈 é e\u0301 Z͑ͫ̓a̷͎l̴͓g̸o",
    "\u202eright to left\u2066 שלום",
    "<script>alert(1)</script><b>\"'>&amp;",
    "{{ 7|add:7 }}{% now 'Y' %}",
    "'; drop table ledger_entry; --",
    "../../etc/passwd",
    "NaN",
    "Infinity",
    "-0",
    "-1",
    "0",
    "1e308",
    "1E+999999999",
    "1_000",
    "0x1F",
    "²",
    "٣",
    "99999",
    "0000",
    "9223372036854775808",
    "99999999999999999999.999",
    "£1,2O0.00",
    "0.005",
    "2026-02-30",
    "nonesuch",
    "None",
    "[]",
]
FILES = [
    ("empty.csv", b""),
    ("nothing.xlsx", b"PK\x03\x04 this is not a spreadsheet"),
    ("zeros.csv", b"\x00" * 4_096),
    ("latin.csv", "Category,Amount\r\nDépense,£1\r\n".encode("latin-1")),
    ("../../x\r\n\u202evsc.exe", b"\xff\xfe\xfa"),
    (f"{'n' * 300}.ods", b"PK\x05\x06" + b"\x00" * 18),
]


@dataclass
class Question:
    """One control as the page has it: its kind, what it holds, and what may be chosen."""

    kind: str
    values: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)

    @property
    def is_written(self) -> bool:
        return self.kind in {"text", "textarea", "email", "search", "tel", "url", "number"}


@dataclass
class Paper:
    """A form on a page: where it goes, and its questions by name."""

    action: str
    questions: dict[str, Question]


def read(page: str) -> Iterator[Paper]:
    """The forms of a page that are sent with POST; a button that sends elsewhere makes one of its own."""
    tree = html.fromstring(page.replace("\x00", "\ufffd").encode("utf-8", "surrogatepass"), parser=UTF8)
    for one in tree.iterfind(".//main//form[@method='post']"):
        questions: dict[str, Question] = {}
        for control in one.iter("input", "textarea", "select"):
            name = control.get("name")
            if not name or name == "csrfmiddlewaretoken" or control.get("disabled") is not None:
                continue
            kind = control.tag if control.tag != "input" else control.get("type", "text")
            question = questions.setdefault(name, Question(kind))
            if kind == "select":
                question.choices = [option.get("value", "") for option in control.iter("option")]
                question.values += [
                    option.get("value", "")
                    for option in control.iter("option")
                    if option.get("selected") is not None
                ]
            elif kind in {"radio", "checkbox"}:
                question.choices.append(control.get("value", "on"))
                question.values += [control.get("value", "on")] * (control.get("checked") is not None)
            elif kind == "textarea":
                question.values.append((control.text_content() or "").removeprefix("\n"))
            else:
                question.values.append(control.get("value", ""))
        actions = {one.get("action", "")} | {
            button.get("formaction") for button in one.iter("button") if button.get("formaction")
        }
        for action in actions:
            yield Paper(action, questions)


def asked_in_addresses(page: str) -> set[str]:
    """What a page's searches, filters and links put behind the question mark."""
    tree = html.fromstring(page.encode(), parser=UTF8)
    named = {one.get("name") for one in tree.iterfind(".//main//form[@method='get']//*[@name]")}
    links = (urlsplit(one.get("href", "")) for one in tree.iterfind(".//main//a"))
    return named | {name for link in links if not link.netloc for name in parse_qs(link.query)}


UTF8 = html.HTMLParser(encoding="utf-8", huge_tree=True)


@dataclass
class Desk:
    """The house's forms as one person finds them: pages are read once."""

    client: Client
    who: str
    house: object
    papers: dict[str, Paper] | None = None

    def paper_for(self, door: Door, address: str) -> Paper:
        if door.get is not None and self.who in door.get:
            for paper in read(self.client.get(address).content.decode()):
                if paper.action in {"", address}:
                    return Paper(address, paper.questions)
        if self.papers is None:
            self.papers = {}
            room = door.name.partition(":")[0]
            for page in (
                one for one in INSIDE if one.get and self.who in one.get and one.name.startswith(room)
            ):
                answer = self.client.get(address_of(page, self.house))
                if answer["Content-Type"].startswith("text/html"):
                    for paper in read(answer.content.decode()):
                        self.papers.setdefault(paper.action, paper)
        return self.papers.get(address, Paper(address, {}))


def address_of(door: Door, house) -> str:
    return reverse(door.name, args=["harbour-alliance", *(house.things[name] for name in door.at)])


# ── What is sent ──


def plausible(chance: Random, name: str, question: Question) -> list[str]:
    """What somebody who means well could answer."""
    if question.kind == "hidden":
        return question.values[-1:]
    if question.kind == "checkbox":
        return [one for one in question.choices if chance.random() < 0.5]
    if question.choices:
        return [chance.choice(question.choices)]
    day = timezone.localdate() + timedelta(days=chance.randrange(-40, 60))
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        if name.endswith(f"_{part}"):
            return [str(value)]
    if question.values[-1:] not in ([], [""]) and chance.random() < 0.7:
        return question.values[-1:]
    return [chance.choice(["Some words.", "100.00", "12", "name@example.org"])]


def answers(chance: Random, paper: Paper) -> dict[str, list[str]]:
    """Plausible answers of which one, two or all are hostile, missing or doubled."""
    said = {name: plausible(chance, name, question) for name, question in paper.questions.items()}
    names = list(said)
    if not names:
        return {"unasked": [chance.choice(HOSTILE)]}
    how_many = chance.choice([1, 1, 2, len(names)])
    same = chance.choice(HOSTILE) if how_many == len(names) else None
    for name in chance.sample(names, min(how_many, len(names))):
        value = same if same is not None else chance.choice(HOSTILE)
        if len(value) >= MEGABYTE and any(len(one) >= MEGABYTE for values in said.values() for one in values):
            value = "x" * 10_000  # one at a time, as a browser's 2.5 MB allow
        spoilt = chance.random()
        said[name] = [] if spoilt < 0.05 else [value, *said[name]] if spoilt < 0.12 else [value]
    return said


def send(client: Client, chance: Random, paper: Paper, said: dict[str, list[str]]):
    files = [name for name, question in paper.questions.items() if question.kind == "file"]
    if files:
        name, content = chance.choice(FILES)
        data = {key: [clean(one) for one in values] for key, values in said.items() if key not in files}
        return client.post(paper.action, data | {one: SimpleUploadedFile(name, content) for one in files})
    pairs = [(name, one.encode("utf-8", "surrogatepass")) for name, values in said.items() for one in values]
    return client.post(paper.action, urlencode(pairs), content_type="application/x-www-form-urlencoded")


def clean(text: str) -> str:
    """As the server understands it: a lone surrogate is no character."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


# ── What must hold ──


def look_of(text: str) -> str:
    """As a reader's browser has it after it was typed and shown again."""
    return clean(text).replace("\x00", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")


def lost(answer, paper: Paper, said: dict[str, list[str]]) -> list[str]:
    """Which answers a refused form does not show again."""
    shown: dict[str, Question] = {}
    for one in read(answer.content.decode()):
        for name, question in one.questions.items():
            shown.setdefault(name, question)
    gone = []
    for name, values in said.items():
        question = paper.questions.get(name)
        if question is None or question.kind in {"hidden", "file", "password"} or not values:
            continue
        if name.startswith("file"):  # what names a file goes with it, once that is kept
            continue
        there = shown.get(name)
        if there is None:
            gone.append(f"{name} is not in the page any more")
        elif question.is_written:
            # A single line holds no line ends: a browser would not have sent them.
            typed = look_of(values[-1])
            held = look_of(there.values[-1]) if there.values else ""
            if question.kind != "textarea":
                typed, held = typed.replace("\n", ""), held.replace("\n", "")
            if held != typed:
                gone.append(f"{name}: {typed[:60]!r} is now {held[:60]!r}")
        elif unchosen := {one for one in values[-1:] if one in there.choices} - set(there.values):
            gone.append(f"{name}: {unchosen} is not chosen any more")
    return gone


def trouble_with(client: Client, chance: Random, paper: Paper, said: dict[str, list[str]]) -> str:
    """What is wrong with the answer to this, in a sentence; whatever it did is undone."""
    with transaction.atomic():
        try:
            answer = send(client, chance, paper, said)
            if answer.status_code == 303 and answer["Location"].startswith("/"):
                with connection.cursor() as cursor:
                    cursor.execute("set constraints all immediate")
                after = client.get(answer["Location"], follow=True).status_code
                if after != 200:
                    return f"it is done, and the page after it is a {after}"
        except Exception as problem:
            return f"{type(problem).__name__}: {str(problem)[:300]}"
        finally:
            transaction.set_rollback(True)
    status = answer.status_code
    if status not in {200, 303, 400, 403, 404, 409, 422}:
        return f"it is a {status}"
    page = answer.getvalue().decode(errors="replace")  # a file that is handed out as it is read, too
    if status == 422:
        if paper.questions and not any(one in page for one in SAYS_WHY):
            return "it is refused, and nothing says why"
        return "; ".join(lost(answer, paper, said))
    if status in {403, 409}:
        words = [
            values[-1].strip()
            for name, values in said.items()
            if values and name in paper.questions and paper.questions[name].kind == "textarea"
        ]
        if missing := [one for one in words if one.isprintable() and escape(one) not in page]:
            return f"it is a {status} that forgets {missing[0][:60]!r}"
    return ""


@pytest.mark.parametrize("rooms", LOTS, ids=["decisions", "the other rooms"])
def test_no_answer_breaks_a_form_and_no_form_forgets_an_answer(rooms, house, client_of):
    wrong = {}
    for room in rooms:
        wrong |= trouble_in(room, house, client_of)
    assert not wrong, "\n".join(wrong.values())


def trouble_in(room: str, house, client_of) -> dict[tuple, str]:
    """Each kind of trouble once, by its door."""
    chance, wrong = Random(f"{SEED}/{room}"), {}
    desks = {name: Desk(client_of(person), name, house) for name, person in house.people.items()}
    papers = []
    for door in (door for door in INSIDE if door.post and room and door.name.startswith(f"{room}:")):
        desk = desks[sorted(door.post)[0]]
        papers.append((door, desk, desk.paper_for(door, address_of(door, house))))
    asked = [paper for _, _, paper in papers if paper.questions]
    assert len(asked) >= len(papers) / 3, "The pages' forms were not found."
    every = sum(len(one.post) > 0 for one in INSIDE if one.post and ":" in one.name)
    for _ in range(max(4, TRIES // every)):
        for door, desk, paper in papers:
            said = answers(chance, paper)
            if trouble := trouble_with(desk.client, chance, paper, said):
                shown = {name: [one[:40] for one in values] for name, values in said.items()}
                wrong.setdefault((door.name, trouble[:80]), f"{door.name}: {trouble}\n    sent {shown}")
    return wrong


@pytest.mark.parametrize("rooms", LOTS, ids=["decisions", "the other rooms"])
def test_no_address_breaks_a_page(rooms, house, client_of):
    client, wrong, few = client_of(house.people["pat"]), {}, min(len(HOSTILE), TRIES // 120)
    chances = {room: Random(f"{SEED}/{room}") for room in rooms}
    for door in INSIDE:
        chance = chances.get(door.name.rpartition(":")[0])
        if chance is None or not door.get or "pat" not in door.get:
            continue
        address = address_of(door, house)
        answer = client.get(address)
        names = {"page", "before", "after", "q"}
        if answer["Content-Type"].startswith("text/html"):
            names |= asked_in_addresses(answer.content.decode())
        for value in chance.sample(HOSTILE, few):
            sent = clean(value)[:2_000]
            try:
                with transaction.atomic():
                    status = client.get(address, dict.fromkeys(names, sent)).status_code
                    transaction.set_rollback(True)
            except Exception as problem:
                status = f"{type(problem).__name__}: {str(problem)[:200]}"
            if status not in {200, 302, 303, 400, 404, 409}:
                wrong.setdefault(
                    (door.name, str(status)[:60]),
                    f"{door.name}: {status} with {sorted(names)} = {sent[:60]!r}",
                )
    assert not wrong, "\n".join(wrong.values())
