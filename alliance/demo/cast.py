"""Who is in the story. Every organisation, every person and the port of Merrowport are invented."""

from dataclasses import dataclass

from participants.models import Participant, RoleAppointment

Form, Kind, Role = Participant.Form, Participant.Kind, RoleAppointment.Role

NAME, SLUG = "Merrowport Alliance for Complex Needs", "merrowport"
PURPOSE = (
    "People in Merrowport who live with homelessness, substance use and mental distress at the same time get the help "
    "that they choose, from people they trust, without having to tell their story at every door."
)


@dataclass(frozen=True)
class Organisation:
    """A participant to be. `key` is how the story names it; `joins` is the month of the story in which it joins."""

    key: str
    name: str
    short_name: str
    form: str
    mail: str
    kind: str = Kind.PROVIDER
    is_host: bool = False
    joins: int = 0


@dataclass(frozen=True)
class Person:
    """`roles`: (role, organisation's key or "", why this person)."""

    key: str
    name: str
    mail: str
    roles: tuple[tuple[str, str, str], ...]

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace('dr ', '').replace('cllr ', '').replace(' ', '.')}@{self.mail}"


ORGANISATIONS = [
    Organisation(
        "council", "Merrowport City Council", "Council", Form.COUNCIL, "council.merrowport.example",
        kind=Kind.COMMISSIONER, is_host=True,
    ),
    Organisation(
        "icb", "Merrow Coast Integrated Care Board", "ICB", Form.ICB, "icb.merrowcoast.example",
        kind=Kind.COMMISSIONER,
    ),
    Organisation("longquay", "Longquay Homes", "Longquay", Form.HOUSING, "longquay.example"),
    Organisation("lantern", "Lantern Street Recovery", "Lantern Street", Form.CHARITY, "lanternstreet.example"),
    Organisation("trust", "Merrow Coast Mental Health NHS Trust", "NHS Trust", Form.NHS, "trust.merrowcoast.example"),
    Organisation("tide", "Second Tide CIC", "Second Tide", Form.CIC, "secondtide.example"),
    Organisation("hatch", "The Open Hatch", "Open Hatch", Form.CHARITY, "openhatch.example"),
    Organisation("rowe", "Bollard & Rowe Support Ltd", "Bollard & Rowe", Form.COMPANY, "bollardrowe.example", joins=5),
]  # fmt: skip


def _of(key: str) -> str:
    return next(one.mail for one in ORGANISATIONS if one.key == key)


def _p(key: str, name: str, org: str, role: str, why: str = "", *more: tuple[str, str, str]) -> Person:
    return Person(key, name, _of(org) if org else "merrowport.example", ((role, org, why), *more))


PEOPLE = [
    # The commissioners
    _p("marguerite", "Marguerite Adeyemi", "council", Role.REPRESENTATIVE,
       "She has commissioned these services for nine years and asked for the alliance herself."),
    _p("callum", "Callum Trewin", "council", Role.DEPUTY),
    _p("gwen", "Gwen Ashdown", "council", Role.FINANCE_LEAD),
    _p("priya", "Priya Raman", "council", Role.POOL_MANAGER,
       "Chosen by all of us: she explains a ledger so that anybody can follow it."),
    _p("owen", "Cllr Owen Pascall", "council", Role.BOARD_MEMBER, "Chairs the scrutiny panel."),
    _p("ffion", "Cllr Ffion Marsh", "council", Role.BOARD_MEMBER),
    _p("imran", "Imran Siddiq", "icb", Role.REPRESENTATIVE),
    _p("bethan", "Bethan Rhys", "icb", Role.DEPUTY),
    _p("tom", "Tom Aldous", "icb", Role.FINANCE_LEAD),
    _p("elspeth", "Elspeth Corrie", "icb", Role.BOARD_MEMBER),
    # The providers
    _p("joanna", "Joanna Brightwell", "longquay", Role.DEPUTY),
    _p("martin", "Martin Sayle", "longquay", Role.REPRESENTATIVE),
    _p("alice", "Alice Pendrift", "longquay", Role.FINANCE_LEAD),
    _p("desmond", "Desmond Clarke", "longquay", Role.BOARD_MEMBER),
    _p("rosa", "Rosa Quintero", "lantern", Role.REPRESENTATIVE,
       "Came through the service twenty years ago and has led it for six."),
    _p("neil", "Neil Abernethy", "lantern", Role.DEPUTY),
    _p("wanda", "Wanda Kowal", "lantern", Role.FINANCE_LEAD),
    _p("pauline", "Pauline Strand", "lantern", Role.BOARD_MEMBER),
    _p("anjali", "Dr Anjali Menon", "trust", Role.REPRESENTATIVE),
    _p("peter", "Peter Voss", "trust", Role.DEPUTY),
    _p("graham", "Graham Tull", "trust", Role.FINANCE_LEAD),
    _p("yusuf", "Yusuf Demir", "trust", Role.BOARD_MEMBER),
    _p("kezia", "Kezia Brown", "tide", Role.REPRESENTATIVE,
       "The members of Second Tide elected her; she knows the hostels from inside."),
    _p("dan", "Dan Farrow", "tide", Role.DEPUTY),
    _p("mo", "Mo Rahman", "tide", Role.FINANCE_LEAD),
    _p("lorna", "Lorna Keast", "tide", Role.BOARD_MEMBER),
    _p("tess", "Tess Holloway", "hatch", Role.REPRESENTATIVE,
       "She opened the Hatch in a church porch and still does the Thursday shift."),
    _p("winston", "Winston Blake", "hatch", Role.DEPUTY),
    _p("june", "June Ashby", "hatch", Role.FINANCE_LEAD, "Our treasurer, unpaid, every Sunday evening."),
    _p("ruth", "Ruth Calloway", "hatch", Role.BOARD_MEMBER),
    _p("marcus", "Marcus Rowe", "rowe", Role.REPRESENTATIVE),
    _p("ingrid", "Ingrid Solberg", "rowe", Role.DEPUTY),
    _p("chloe", "Chloe Nash", "rowe", Role.FINANCE_LEAD),
    _p("henry", "Henry Bollard", "rowe", Role.BOARD_MEMBER),
    # Senior representatives: asked when a deadlock goes up to them
    _p("edith", "Edith Pell", "tide", Role.SENIOR_REPRESENTATIVE, "Chairs the members’ meeting of Second Tide."),
    _p("conrad", "Conrad Ives", "trust", Role.SENIOR_REPRESENTATIVE, "Chief executive of the NHS Trust."),
    # Those who serve the whole alliance
    _p("nadia", "Nadia Farouk", "tide", Role.LEARNING_LEAD,
       "Best person for it: four of us put her name forward, and her own organisation will miss her two days a week."),
    _p("elliot", "Elliot Vane", "", Role.SYSTEM_STEWARD,
       "Looks after the health of the system and belongs to none of us."),
    _p("lee", "Lee Carrick", "", Role.LIVED_EXPERIENCE),
    _p("jade", "Jade Omondi", "", Role.LIVED_EXPERIENCE),
    _p("sunita", "Sunita Rao", "lantern", Role.WORKER),
    _p("gareth", "Gareth Lowe", "longquay", Role.WORKER),
    _p("ola", "Ola Nowak", "hatch", Role.WORKER, "Works the nights, and sees what the days do not."),
    _p("femi", "Femi Balogun", "trust", Role.WORKER),
    Person("harriet", "Harriet Lowell", "lowellfinch.example", ((Role.AUDITOR, "", "Independent of all of us."),)),
    Person("siobhan", "Dr Siobhan Carey", "university.example",
           ((Role.LEARNING_PARTNER, "", "Asks us what we did not think of asking."),)),
]  # fmt: skip

SPEAKS = {"council": "marguerite", "icb": "imran", "longquay": "martin", "lantern": "rosa", "trust": "anjali",
          "tide": "kezia", "hatch": "tess", "rowe": "marcus"}  # fmt: skip
FINANCE = {"council": "gwen", "icb": "tom", "longquay": "alice", "lantern": "wanda", "trust": "graham",
           "tide": "mo", "hatch": "june", "rowe": "chloe"}  # fmt: skip

SECOND_NAME, SECOND_SLUG = "Merrow Valley Young People’s Alliance", "merrow-valley"
SECOND_PURPOSE = (
    "Young people who leave care in the Merrow Valley have a home, somebody to ring, and a say in "
    "what happens next."
)
