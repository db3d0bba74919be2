"""What the invented alliance asks itself in its year, and how each question went."""

from alliance.demo.story.questions import first_half, since_then
from alliance.demo.story.questions.first_half import WELCOMED
from alliance.demo.story.questions.shapes import (
    Abstains,
    GivesMoreTime,
    Objects,
    Question,
    Resolves,
    Rewords,
    TakesOver,
    Withdraws,
    pounds,
)

QUESTIONS = [*first_half.ASKED, *since_then.ASKED]
NEXT_BUDGET = Question(
    "next-budget", "council",
    title="Shall the budget for {year} be as set out?",
    text="The pooled budget for {year} is £2,400,000.00 in seven lines and a contingency, as in the open book. "
    "£38,000.00 that was not spent on the night shelter is carried forward for the next winter.",
    why="The year begins on 1 April, and everybody needs to know before it does.",
    alternatives="Returning the £38,000.00 to the Council and the ICB: rejected, the winter comes back.",
    affected="All of us, and everybody who works with us.",
    heard="The members’ meeting of Second Tide went through the lines one by one, and moved £6,000 to peer support.",
    best="The lines are what people asked for in the reviews: a door, a home, somebody to ring.",
    amount=pounds("2,400,000.00"),
    principles={"e": ("supports", "The budget is public among us, and so is every pound spent from it.")},
)  # fmt: skip

SAID = {
    "a": [
        ("supports", "If it goes wrong, none of us stands alone with it."),
        ("supports", "The risk is carried by all of us, whoever does the work."),
        ("not_engaged", "It changes nothing about who carries which risk."),
    ],
    "b": [("supports", "It is what people asked for.")],
    "c": [
        ("supports", "It is put to everybody, because it binds everybody."),
        ("supports", "Each of us can stop it, the smallest as well as the largest."),
    ],
    "d": [
        ("not_engaged", "Nobody’s conduct is in question."),
        ("supports", "We look at what happened and not at who did it."),
    ],
    "e": [
        ("supports", "Every pound of it will be in the open book, line by line."),
        ("not_engaged", "No money moves; what it saves will be seen in the book."),
    ],
    "f": [("not_engaged", "No key role is filled by it.")],
    "g": [
        ("supports", "We asked who was not in the room before we wrote it down."),
        ("supports", "We listened first; the words are as much theirs as ours."),
    ],
}

__all__ = [
    "NEXT_BUDGET",
    "QUESTIONS",
    "SAID",
    "WELCOMED",
    "Abstains",
    "GivesMoreTime",
    "Objects",
    "Question",
    "Resolves",
    "Rewords",
    "TakesOver",
    "Withdraws",
    "pounds",
]
