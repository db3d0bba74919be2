"""A report's contents, as rich as a busy quarter's, for tests of what is made of them."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

from alliance.assurance.contents import (
    FORMAT,
    ActionOpen,
    Agreed,
    Contents,
    Contribution,
    Cover,
    Decisions,
    ExperimentTold,
    Gap,
    Learning,
    MeasureKept,
    Money,
    MonthOfMoney,
    MonthRestated,
    Objected,
    Party,
    PrincipleSigned,
    QueryOpen,
    RecordHead,
    Remark,
    ReviewHeld,
    SelfCheck,
    Spend,
    Undecided,
    Voice,
)
from participants.defaults import PRINCIPLES

ROLL = (
    ("Harbour City Council", "Council", "Commissioner", "Council", "Carol Commissioner"),
    ("Harbour Integrated Care Board", "ICB", "Commissioner", "Integrated care board", "Imran Board"),
    ("Haven Homes", "Haven", "Provider", "Charity", "Pat Provider"),
    ("Beacon Recovery", "Beacon", "Provider", "Community interest company", "Rosa Recovery"),
    ("Quayside Outreach", "Quayside", "Provider", "Charity", "Quentin Quay"),
)
MONTHS = (
    "Apr 2024", "May 2024", "Jun 2024", "Jul 2024", "Aug 2024", "Sep 2024", "Oct 2024", "Nov 2024", "Dec 2024",
    "Jan 2025", "Feb 2025", "Mar 2025", "Apr 2025", "May 2025", "Jun 2025", "Jul 2025", "Aug 2025", "Sep 2025",
)  # fmt: skip


def voices(stance: str = "Agrees") -> tuple[Voice, ...]:
    return tuple(Voice(short, stance, f"{person}, {short}") for _, short, _, _, person in ROLL)


def make_contents(**changes) -> Contents:
    objection = Objected(
        participant="Beacon",
        grounds=("(b) Best for people",),
        would_help="Let people choose the worker they meet first.",
        resolved_on=date(2025, 8, 20),
        resolution="The wording now says that the person chooses.",
    )
    facts = {
        "format": FORMAT,
        "cover": Cover(
            alliance="Harbour Alliance",
            purpose="People with complex needs in Harbour get the support that they choose, from whoever does it best.",
            is_demonstration=False,
            quarter="2025-26-q2",
            label="Quarter 2 of 2025–26 (July to September 2025)",
            starts_on=date(2025, 7, 1),
            ends_on=date(2025, 9, 30),
            covers_until=date(2025, 9, 30),
            number=3,
            version=1,
            asked_by="Carol Commissioner",
            cut_off=datetime(2025, 10, 6, 8, 30, tzinfo=UTC),
            participants=tuple(
                Party(name, short, kind, form, date(2024, 4, 1), (person,))
                for name, short, kind, form, person in ROLL
            ),
        ),
        "decisions": Decisions(
            agreed=(
                Agreed(
                    number=11,
                    title="Open a shared front door at Quay Street",
                    text="From October one front door at Quay Street, open until eight, staffed by all of us in turn.",
                    why="People told us that they go to four doors before somebody listens.",
                    best_for_people="Supports it: one story, told once, to a person whom they choose.",
                    decided_on=date(2025, 8, 21),
                    proposed_by="Quayside",
                    wording_hash="3f" * 32,
                    amount=D("48000.00"),
                    voices=voices(),
                    objections=(objection,),
                ),
                Agreed(
                    number=12,
                    title="Pay peer researchers for their time",
                    text="Peer researchers are paid the living wage for every hour, training included.",
                    why="What we ask of others we pay for.",
                    best_for_people="Supports it: people who have lived it ask better questions.",
                    decided_on=date(2025, 9, 9),
                    proposed_by="Haven",
                    wording_hash="a4" * 32,
                    amount=None,
                    voices=voices(),
                    objections=(),
                ),
            ),
            undecided=(
                Undecided(
                    number=14,
                    title="Extend night outreach to the east of the city",
                    state="Open",
                    opened_on=date(2025, 9, 22),
                    answer_by=date(2025, 10, 6),
                    asked=5,
                    unanswered=("ICB", "Haven"),
                    objections=(),
                ),
            ),
        ),
        "money": Money(
            year="2025–26",
            brought_forward=D("0.00"),
            pool=D("2400000.00"),
            spent_in_quarter=D("571240.18"),
            spent_in_year=D("1139872.66"),
            contributions=(
                Contribution("Council", D("1500000.00"), D("750000.00")),
                Contribution("ICB", D("900000.00"), D("900000.00")),
            ),
            lines=(
                Spend("Front door and navigation", D("141200.00"), D("280110.40"), D("600000.00")),
                Spend("Homes and tenancy support", D("260040.18"), D("519762.26"), D("1100000.00")),
                Spend("Peer support", D("88000.00"), D("175000.00"), D("340000.00")),
                Spend("Learning and evaluation", D("82000.00"), D("165000.00"), D("310000.00")),
                Spend("Contingency", D("0.00"), D("0.00"), D("50000.00")),
            ),
            participants=(
                Spend("Haven", D("301240.18"), D("600872.66")),
                Spend("Beacon", D("180000.00"), D("360000.00")),
                Spend("Quayside", D("90000.00"), D("179000.00")),
            ),
            categories=(
                Spend("Direct staff", D("441000.00"), D("880000.00")),
                Spend("Overhead", D("90240.18"), D("180872.66")),
                Spend("Irrecoverable VAT", D("40000.00"), D("79000.00")),
            ),
            months=(
                MonthOfMoney(
                    "Apr 2025", date(2025, 4, 30), D("188210.00"), 3, 3, (), date(2025, 5, 20), False
                ),
                MonthOfMoney(
                    "May 2025", date(2025, 5, 31), D("190222.48"), 3, 3, (), date(2025, 6, 19), False
                ),
                MonthOfMoney(
                    "Jun 2025", date(2025, 6, 30), D("190200.00"), 3, 3, (), date(2025, 7, 18), False
                ),
                MonthOfMoney(
                    "Jul 2025", date(2025, 7, 31), D("191240.18"), 3, 3, (), date(2025, 8, 20), True
                ),
                MonthOfMoney(
                    "Aug 2025", date(2025, 8, 31), D("190000.00"), 3, 3, (), date(2025, 9, 19), True
                ),
                MonthOfMoney("Sep 2025", date(2025, 9, 30), D("190000.00"), 2, 3, ("Quayside",), None, True),
            ),
            queries=(
                QueryOpen(
                    *(4, "Beacon Recovery", "Quayside Outreach", "Peer support", "August 2025"),
                    *(date(2025, 9, 24), 12, False),
                ),
            ),
            restated=(
                MonthRestated(
                    *("June 2025", "Haven Homes", "Peer support", "Direct other"),
                    *(D("4210.00"), D("4120.00"), 10),
                ),
            ),
        ),
        "learning": Learning(
            reviews=(
                ReviewHeld(
                    number=5,
                    title="Why people leave in the first fortnight",
                    held_on=date(2025, 9, 11),
                    present=("Lena Learning, Learning lead", "Lee Lived, Person with lived experience"),
                    absent=("Quayside Outreach",),
                    answers=(
                        (
                            "Is this what we intended?",
                            "No. We meant to be there on the first evening, and were not.",
                        ),
                        ("What next?", "Try a named person who is rung on the first evening."),
                        (
                            "Who are “we” to be making these reflections and decisions?",
                            "Too few who work nights.",
                        ),
                    ),
                ),
            ),
            experiments=(
                ExperimentTold(
                    number=7,
                    title="Ring on the first evening",
                    question="Do people stay longer when somebody they know rings on the first evening?",
                    state="Running",
                    started_on=date(2025, 9, 15),
                    ends_on=date(2025, 12, 15),
                    ended_on=None,
                    learned="",
                ),
                ExperimentTold(
                    number=6,
                    title="One assessment form for all",
                    question="Does a single form spare people from telling their story again?",
                    state="Stopped: not as we hoped",
                    started_on=date(2025, 7, 1),
                    ends_on=date(2025, 8, 12),
                    ended_on=date(2025, 8, 8),
                    learned="The form was longer than the three it replaced. People still told their story again.",
                ),
            ),
            actions_agreed=3,
            actions_done=1,
            actions_let_go=0,
            actions=(
                ActionOpen(8, "Find a night worker for the next review", "Stan Steward", date(2025, 9, 25)),
                ActionOpen(9, "Ask who was not in the room", "Haven Homes", None),
            ),
        ),
        "measures": (
            MeasureKept(
                name="People who left in the first fortnight",
                tells="Whether the first days feel safe enough to stay.",
                unit="People",
                source="Haven's and Beacon's case records",
                direction="neutral",
                is_mandatory=False,
                screening=True,
                baseline=None,
                rebases=(),
                labels=MONTHS,
                values=tuple(
                    D(n) for n in (31, 28, 35, 30, 33, 29, 34, 32, 27, 36, 30, 33, 31, 29, 30, 34, 46, 28)
                ),
                remarks=(Remark(16, "The hostel in Quay Street closed for repairs"),),
            ),
        ),
        "principles": tuple(
            PrincipleSigned(letter, title, wording, 1) for letter, title, wording in PRINCIPLES
        ),
        "self_check": SelfCheck(datetime(2025, 10, 6, 8, 29, tzinfo=UTC), 11, ()),
        "gaps": (
            Gap("Open book", "September 2025 is not closed."),
            Gap("Open book", "Quayside has sent no cost return for September 2025."),
            Gap(
                "Learning",
                "Overdue: “Find a night worker for the next review” (Stan Steward, due 25 September 2025).",
            ),
        ),
        "record": RecordHead("0c9f6f0e-54a3-4d7e-9d47-7b6f8a1f3f11", 214, "9c4f" * 16),
    }
    return Contents(**facts | changes)
