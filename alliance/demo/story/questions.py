"""What the invented alliance asks itself in its year, and how each question went."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

# What can happen to a proposal besides being answered. `after` counts working days from the day it opened.


@dataclass(frozen=True)
class Objects:
    org: str
    after: int
    concern: str
    remedy: str
    principles: str = "b"
    legal_limit: str = ""


@dataclass(frozen=True)
class Resolves:
    org: str
    after: int
    words: str


@dataclass(frozen=True)
class Rewords:
    after: int
    note: str
    changes: dict


@dataclass(frozen=True)
class TakesOver:
    """`org` offers other words on the working day before, and the proposer takes them over."""

    after: int
    org: str
    why: str
    text: str


@dataclass(frozen=True)
class Abstains:
    org: str
    after: int
    reason: str


@dataclass(frozen=True)
class GivesMoreTime:
    after: int
    reason: str


@dataclass(frozen=True)
class Withdraws:
    after: int
    reason: str


@dataclass(frozen=True)
class Question:
    """One proposal. It opens `opened` days or `working` working days before today, or `from_start` after the start.

    Whoever is not in `silent` agrees within `quick` working days of each wording, or on the day that `late` names,
    counted like `after`; `remarks` says what an organisation adds to its yes; `principles` what single principles
    are told: letter → (effect, words).
    """

    key: str
    org: str
    title: str
    text: str
    why: str
    alternatives: str
    affected: str
    heard: str
    best: str
    opened: int = 0
    working: int = 0
    from_start: int = 0
    amount: Decimal | None = None
    review_after: int = 0  # days from the opening
    effect: Callable[..., dict] | None = None  # the world → what the seal carries out
    principles: dict[str, tuple[str, str]] = field(default_factory=dict)
    happens: tuple = ()
    silent: tuple[str, ...] = ()
    late: dict[str, int] = field(default_factory=dict)
    quick: int = 7
    remarks: dict[str, str] = field(default_factory=dict)
    stays: str = ""  # "draft" or "discarded": never put


def pounds(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


WELCOMED = 212  # days before today: when the eighth participant is in


def the_eighth(world) -> dict:
    return {
        "kind": "accession",
        "name": "Bollard & Rowe Support Ltd",
        "short_name": "Bollard & Rowe",
        "role": "provider",
        "form": "company",
        "joined_on": world.agenda.ago(WELCOMED).isoformat(),
        "signed_by": "Marcus Rowe, director",
    }


QUESTIONS = [
    Question(
        "front-door", "council", opened=352, amount=pounds("96,000.00"), review_after=200,
        title="Shall we open one shared front door at Ferry Street?",
        text="From January one front door opens at 14 Ferry Street, from eight in the morning until eight at night. "
        "Each of us sends people to staff it in turn. Whoever comes is seen the same day and tells their story once.",
        why="People told us that they go to four doors before somebody listens, and that most give up at the second.",
        alternatives="A shared telephone line: rejected, because half the people we asked have no credit. Keeping the "
        "four doors with one form: rejected, because the form is not what sends people away.",
        affected="About 900 people a year who come to one of our doors, and some sixty workers whose desks move.",
        heard="Second Tide asked 64 people in the queues of all four doors over two weeks; their words are on "
        "the wall.",
        best="One story, told once, to somebody who can act on it the same day.",
        remarks={"hatch": "With one reservation: nobody is ever asked for papers at the door."},
    ),
    Question(
        "first-budget", "council", from_start=3, quick=4,
        title="Shall the first budget be as set out?",
        text="The pooled budget of the first financial year is as in the open book: seven lines and a contingency. "
        "The Council keeps the money as host; every payment is in the open book within a month.",
        why="Without an agreed budget nobody can be paid, and the first returns are due in December.",
        alternatives="Separate budgets for each organisation: rejected, that is what we are leaving behind.",
        affected="All of us, and everybody who works with us.",
        heard="People with lived experience asked for a line of their own for peer support, and got it.",
        best="Money follows what people ask for instead of the contract that they happen to fall under.",
        principles={"e": ("supports", "Every line and every return can be seen by each of us, to the penny.")},
    ),
    Question(
        "paid-time", "tide", opened=338, amount=pounds("22,400.00"), review_after=300,
        title="Shall people with lived experience be paid for their time?",
        text="Whoever is asked to meet, interview, train or decide with us because of their own experience is paid the "
        "living wage for every hour, preparation included, on the same day and in the way that they choose.",
        why="What we ask of others we pay for. Vouchers say that a person is not quite one of us.",
        alternatives="Shopping vouchers: rejected as disrespectful. Expenses only: rejected, because those who can "
        "least afford it would stay away.",
        affected="Around thirty people a year, and our payroll offices.",
        heard="Lee and Jade wrote the first draft; eleven members of Second Tide changed it.",
        best="People are heard more often, and by those who decide, when their time is worth what ours is.",
        happens=(
            Objects(
                "icb", 3, "Paid on the same day, some people would lose benefits that they depend on, and we would "
                "have caused it without telling them.", "That nobody is paid before they have had advice on benefits, "
                "free and in person, and have chosen.", "b", "Social security rules on earnings",
            ),
            Rewords(
                6, "With the ICB’s concern about benefits taken in.",
                {"text": "Whoever is asked to meet, interview, train or decide with us because of their own experience "
                 "is paid the living wage for every hour, preparation included, in the way that they choose. Before "
                 "the first payment they are offered free advice on benefits, in person, and decide themselves."},
            ),
            Resolves("icb", 7, "The new wording puts advice before payment. That is what we asked for."),
        ),
    ),
    Question(
        "naloxone", "lantern", opened=322, amount=pounds("7,850.00"),
        title="Shall every desk in our buildings keep naloxone?",
        text="Every reception, hostel desk and vehicle of the alliance keeps two naloxone kits. Everybody who works "
        "there is trained within three months, cleaners and night porters included.",
        why="Four people died within reach of a desk last year. A kit costs less than a lunch for the meeting.",
        alternatives="Only in hostels: rejected, two of the four died in a car park and a library.",
        affected="Everybody who uses opiates in Merrowport, and about 240 workers.",
        heard="Lantern Street’s Thursday group: “We carry it. Why don’t you?”",
        best="It keeps people alive long enough to want something else.",
        quick=4,
    ),
    Question(
        "freezing", "hatch", opened=310, amount=pounds("31,200.00"),
        title="Shall we open a night shelter whenever it freezes?",
        text="When the forecast for the night is zero or below, the hall in Cooper’s Row opens at nine with sixteen "
        "beds, run by the Open Hatch with a nurse of the NHS Trust and two of Longquay’s workers.",
        why="Thirty-one people slept outside in the November count. Nobody opens below minus three.",
        alternatives="Rooms in boarding houses: rejected, because people were alone there. Waiting for minus three: "
        "rejected, people die at plus two when it rains.",
        affected="People who sleep outside, and the neighbours of the hall, whom we visited.",
        heard="Ola asked nineteen people under the flyover; seventeen would come, if dogs may.",
        best="A warm bed with somebody awake, on the night that it is needed.",
        remarks={"longquay": "Agreed. Our two workers need the Monday off after a weekend on nights."},
        quick=3,
    ),
    Question(
        "consent", "trust", opened=300,
        title="Shall we use one consent form for sharing what people tell us?",
        text="One form, one page, in plain words, replaces our seven. It names who sees what. A person can say no to "
        "any one of us and still get help from the others, and can change their mind on any day.",
        why="People sign seven forms of eleven pages, do not read them, and are right not to.",
        alternatives="No form, sharing as the law permits without asking: rejected, trust is what we live by.",
        affected="Everybody who comes to us, and our data protection officers.",
        heard="Twelve people read three drafts aloud; the sentence about changing one’s mind is theirs.",
        best="People know who knows what about them, and can stop it.",
        happens=(
            Objects(
                "tide", 2, "As it was first written, one “no” closes every door. People will sign because they must.",
                "That a person can say no to any one of us and still get help from the others.", "bg",
            ),
            Rewords(
                4, "A no to one of us is not a no to all.",
                {"why": "People sign seven forms of eleven pages, do not read them, and are right not to. And one “no” "
                 "must not close every door."},
            ),
            Resolves("tide", 5, "People can now say no to one of us. We read it to six members, who would sign it."),
        ),
    ),
    Question(
        "housing-first", "longquay", opened=285, amount=pounds("184,000.00"), review_after=330,
        title="Shall we offer forty homes without conditions?",
        text="Longquay lets forty homes over two years to people who have slept outside for long, without asking them "
        "to be sober, in treatment or “ready”. Support is offered for as long as it is wanted, by whomever "
        "they choose.",
        why="The ladder of hostels has returned the same people to the street for ten years.",
        alternatives="Twenty homes with conditions: rejected, the evidence is that conditions lose people.",
        affected="Forty people, their neighbours, and the waiting list for homes.",
        heard="Nine people who had been through the ladder told the leadership team what it had cost them.",
        best="A home is where things begin, not what people earn.",
        principles={
            "a": ("supports", "The cost of damage and of empty weeks is carried by the pool, not by Longquay alone."),
            "d": ("supports", "When a tenancy fails we ask what we did not offer, not whose fault it was."),
        },
    ),
    Question(
        "learning-returns", "icb", opened=270,
        title="Shall we use mandatory returns for learning only?",
        text="We go on sending every return that the law and our regulators ask for. Inside the alliance their figures "
        "are looked at in learning reviews, as charts over time. They decide no payment, no rank and no appraisal.",
        why="A number that decides somebody’s pay stops telling the truth.",
        alternatives="Not sending them: not lawful. A dashboard with landmarks: rejected, that is how we got here.",
        affected="Our boards, which are used to landmarks, and everybody who fills in forms.",
        heard="Front-line workers kept a diary for two weeks: six hours of eleven went on forms.",
        best="Hours go back to people, and what we count tells us something.",
        principles={"d": ("supports", "Nobody is blamed for a number; we ask what it tells us.")},
    ),
    Question(
        "tender", "council", opened=262,
        title="Shall the outreach contract be tendered on its own?",
        text="The Council tenders street outreach separately from next year, with the pooled budget paying for it.",
        why="The Council’s procurement board asked whether the market had been tested.",
        alternatives="Leaving outreach in the alliance, with the reason written down.",
        affected="The outreach team and the people whom it knows by name.",
        heard="Not heard yet: the question came from our own board.",
        best="It might bring new ideas; it would break relationships that took years.",
        principles={"b": ("tension", "People would lose workers whom they have learned to trust.")},
        happens=(
            Objects(
                "lantern", 2, "It takes one piece out of a whole and puts it up for price. People would have to begin "
                "again with strangers.", "Leave outreach in the alliance.", "abc",
            ),
            Withdraws(5, "We put a master’s question to partners. The reason for keeping outreach here is now written "
                      "down, and our procurement board has accepted it."),
        ),
        silent=("icb", "trust", "tide", "hatch"),
    ),
    Question(
        "no-eviction", "tide", opened=248, review_after=190,
        title="Shall nobody lose their home before all of us have met?",
        text="Before any of us ends a tenancy or a hostel place, we meet within three working days, with the person if "
        "they wish and somebody of their choice. The landlord still decides, and says in writing what was offered.",
        why="Eleven of last year’s evictions were of people whom another of us was about to help.",
        alternatives="A ban on evictions: rejected, neighbours have rights too.",
        affected="About fifty tenancies a year at risk, neighbours and housing officers.",
        heard="Jade’s own story, and those of four others, are in the notes with their permission.",
        best="Nobody is on the street because we had not talked to each other.",
        happens=(
            Abstains("longquay", 3, "Three working days are too short where somebody is in danger. We need to talk."),
            Rewords(
                5, "Danger to others is left to the landlord, who tells the rest of us the same day.",
                {"text": "Before any of us ends a tenancy or a hostel place, we meet within three working days, with "
                 "the person if they wish and somebody of their choice. Where others are in danger the landlord acts "
                 "at once and tells the rest of us the same day. The landlord still decides, and says in writing what "
                 "was offered."},
            ),
        ),
    ),
    Question(
        "eighth", "council", opened=232,
        title="Shall Bollard & Rowe Support join us as the eighth participant?",
        text="Bollard & Rowe Support Ltd joins the alliance as a participant with one voice like everybody’s, signs "
        "the principles, and opens its books for the work that it does with us.",
        why="It supports forty of the people we all know, under a contract of its own, and asks to be in the room.",
        alternatives="Buying its work from outside: rejected, then we would be its masters.",
        affected="Forty people with support at home, and thirty of their workers.",
        heard="Fifteen of the forty were visited; what they want is that Anna and Joe stay.",
        best="The people whom we all know get one plan instead of two.",
        effect=the_eighth,
        principles={
            "e": ("supports", "It opens its books and shows its margin like every other cost."),
            "f": ("not_engaged", "No key role is filled by it."),
        },
        remarks={"hatch": "A company with a margin is new to us. We agree because the margin is in the open book."},
    ),
    Question(
        "prescriber", "lantern", opened=212, amount=pounds("48,500.00"), review_after=180,
        title="Shall a prescriber sit at the front door two days a week?",
        text="On Tuesdays and Fridays a nurse prescriber of the NHS Trust works at Ferry Street, so that somebody who "
        "decides to stop using can begin treatment on the same day.",
        why="From the decision to the first dose it takes nine days. Half of them are lost in those nine days.",
        alternatives="A taxi to the clinic: tried, people get out at the lights. Every day: too dear until we "
        "know more.",
        affected="About 140 people a year who ask for treatment at the front door.",
        heard="Six people told us on which day they had changed their mind, and where they were standing.",
        best="Treatment on the day that somebody asks for it.",
    ),
    Question(
        "pets", "hatch", opened=204,
        title="Shall dogs be welcome in all our buildings?",
        text="Dogs come in with their people, in every building of the alliance, hostels included. We pay for "
        "a vet once "
        "a month and for cleaning, and every building has one room without dogs.",
        why="One in four people outside has a dog and stays outside because of it.",
        alternatives="Kennels: rejected by every single person who was asked.",
        affected="People with dogs, people afraid of dogs, and cleaners.",
        heard="Ola counted: seven dogs, five of them with a waiting place that nobody can take up.",
        best="A person does not have to choose between a bed and a friend.",
        happens=(
            Abstains("trust", 2, "Our infection control nurse has to look at the clinic rooms first."),
        ),
        remarks={"trust": "She has looked. Clinic rooms stay without dogs; the rest is fine."},
    ),
    Question(
        "capstan", "longquay", opened=190,
        title="Shall Capstan Court become a hostel for twenty people?",
        text="The empty sheltered flats at Capstan Court become a hostel for twenty people, from the autumn.",
        why="The building is empty, ours, and costs us money every month.",
        alternatives="Selling it and buying ten single flats: slower.",
        affected="Twenty people, and a quiet street.",
        heard="The street was told, not asked. We see now that this is not the same.",
        best="Twenty beds soon; but many people in one place that they did not choose.",
        principles={"b": ("tension", "People told us for years that they do not want another hostel.")},
        happens=(
            Objects(
                "tide", 3, "It is the ladder again, with a new coat of paint. Nobody who would live there was asked.",
                "Ask them. If it has to be a house of many, then with front doors of their own and no more than eight.",
                "bg",
            ),
        ),
        silent=("icb", "hatch"),
    ),
    Question(
        "crisis-line", "trust", opened=180, amount=pounds("27,300.00"),
        title="Shall one of us answer the telephone at night?",
        text="One number, answered by a person, from eight in the evening until eight in the morning, in turn by the "
        "NHS Trust, Lantern Street and Bollard & Rowe.",
        why="The three numbers of the three of us are all answered by the same machine.",
        alternatives="A text service beside it: wanted, later. An outside call centre: rejected, they know nobody.",
        affected="Anybody who is in trouble at night, and nine people on the rota.",
        heard="People kept a list of what they did between three and five in the morning.",
        best="Somebody who knows you answers in the worst hour.",
        happens=(
            GivesMoreTime(7, "The rota needs the agreement of our night staff, who meet on the 12th working day."),
        ),
        late={"rowe": 12},
    ),
    Question(
        "wednesdays", "tide", opened=168, amount=pounds("9,600.00"),
        title="Shall Wednesday be for women at Ferry Street?",
        text="On Wednesdays the front door is open to women only, staffed by women, with a room for children. Men are "
        "seen at the Hatch on that day.",
        why="Women told us that they wait outside until certain men have left, or go home.",
        alternatives="A separate entrance: looked at, the building does not allow it.",
        affected="About a third of those who come, and men who have to go to another door on one day.",
        heard="Fourteen women in two meetings without any of us commissioners in the room.",
        best="Women can come in without looking over their shoulder.",
    ),
    Question(
        "pockets", "rowe", opened=158, amount=pounds("30,000.00"), review_after=150,
        title="Shall workers have fifty pounds to spend without asking?",
        text="Every worker may spend up to £50 on and with a person, without asking anybody, and writes one line into "
        "the open book. What it bought is told in the next learning review.",
        why="It takes three signatures to buy a pair of boots.",
        alternatives="A card for each team: kept for the experiment that may follow.",
        affected="Some 120 workers and whoever needs boots, a fare, a birth certificate.",
        heard="“Nobody ever asked me what would help today.” (from the diaries)",
        best="What somebody needs today can be there today.",
        happens=(
            Rewords(
                3, "Gwen asked that the line in the open book names no person. It was meant so; now it says so.",
                {"text": "Every worker may spend up to £50 on and with a person, without asking anybody, and writes "
                 "one line into the open book that names what was bought and never for whom. What it bought is told "
                 "in the next learning review."},
            ),
        ),
        principles={"e": ("supports", "Each purchase is a line that everybody can see; no person is named.")},
    ),
    Question(
        "learning-lead", "council", opened=148,
        title="Shall Nadia Farouk go on as learning lead for two years?",
        text="Nadia Farouk, of Second Tide, is our learning lead for two more years, on two days a week paid "
        "by the pool.",
        why="The reviews have changed what we do. That is what the role is for.",
        alternatives="Advertising outside: considered, and kept for the next time.",
        affected="All of us.",
        heard="Lee and Jade were on the panel of five, and asked the hardest questions.",
        best="Somebody keeps asking what people really experience.",
        principles={"f": ("supports", "Chosen by a panel of five on a best person basis; the reasons are recorded.")},
    ),
    Question(
        "referral-form", "icb", opened=136,
        title="Shall we stop using referral forms among ourselves?",
        text="Among the eight of us a referral is a conversation: ring, or walk over with the person. No form is asked "
        "for, and none is a condition for being seen.",
        why="Forty-one forms a week pass between people who sit in the same street.",
        alternatives="A shorter form: tried as an experiment; it grew back.",
        affected="Everybody who is passed from one of us to another.",
        heard="The diaries; and Sunita, who read out her four forms for one man.",
        best="People are handed over in person instead of on paper.",
        remarks={"trust": "With one reservation: the law asks for a letter in a detention under the Act. That stays."},
    ),
    Question(
        "exchange", "lantern", opened=124,
        title="Shall the needle exchange move to Mole Road?",
        text="The needle exchange moves from Ferry Street to the van park in Mole Road from September.",
        why="Two shops complained, and the van park is free.",
        alternatives="Staying; the pharmacy in Salt Lane.",
        affected="About 200 people who come for clean equipment.",
        heard="The experiment with the van showed us what happens.",
        best="Nobody is moved on; but it is half an hour’s walk.",
        principles={"b": ("tension", "Half an hour’s walk is too far for many on a bad day.")},
        happens=(
            Withdraws(4, "The experiment says it: on the days in Mole Road a third of the people came. We stay "
            "and talk "
                      "with the shops."),
        ),
        silent=("icb", "trust", "tide", "hatch", "rowe"),
    ),
    Question(
        "furniture", "longquay", opened=112, amount=pounds("20,000.00"),
        title="Shall every new tenancy begin with £500 for furniture?",
        text="Whoever moves into a home with us gets £500 to furnish it, to spend as they like, on the day of "
        "the keys.",
        why="Six of last year’s lost tenancies began with a mattress on the floor and no pan.",
        alternatives="A store of second-hand furniture: exists, and stays for those who want it.",
        affected="About forty people a year.",
        heard="“I want my own kettle, not yours.”",
        best="A flat becomes a home when one has chosen the curtains.",
        quick=5,
    ),
    Question(
        "supervision", "trust", opened=99, amount=pounds("18,900.00"), review_after=120,
        title="Shall psychologists listen to our front-line workers?",
        text="Two psychologists of the NHS Trust hold an hour every fortnight for each front-line team, in their own "
        "rooms, with nothing written down and nobody’s manager there.",
        why="Seven workers left in a year, and all of them said that it was not the money.",
        alternatives="A helpline for staff: there is one, nobody rings it.",
        affected="Nine teams, about ninety people.",
        heard="The teams themselves asked for it in the spring review.",
        best="People keep the worker whom they know, because the worker can bear it.",
    ),
    Question(
        "sundays", "hatch", opened=88, amount=pounds("12,750.00"),
        title="Shall the Hatch open on Sundays?",
        text="The Open Hatch opens from eleven to four on Sundays, with a hot meal, paid from the contingency until "
        "the end of the financial year.",
        why="Sunday is the longest day. Everything is shut and the town is full of families.",
        alternatives="Saturdays are covered by the churches.",
        affected="Sixty to eighty people, and our volunteers.",
        heard="Everybody who was asked said Sunday.",
        best="Somewhere to be on the loneliest day.",
        happens=(
            GivesMoreTime(12, "The Council’s answer fell into its recess and came two days late."),
        ),
        late={"council": 13},
        remarks={"council": "We are sorry for the delay, which was ours."},
    ),
    Question(
        "winter", "council", opened=77, amount=pounds("64,000.00"),
        title="Shall this be our plan for the winter?",
        text="From 1 December the hall in Cooper’s Row is open every night until the end of March, whatever the "
        "forecast. Sixteen beds become twenty-two. The night line and the outreach van go on as now.",
        why="Last winter we opened on 31 nights, and explained on 90 why we did not.",
        alternatives="The forecast rule as last year: rejected after the review in the spring.",
        affected="People who sleep outside, volunteers, and the same good neighbours.",
        heard="Ola and eleven of last winter’s guests planned it with us.",
        best="People can count on it; nobody has to read the forecast.",
        principles={"a": ("supports", "If it costs more than planned, all of us carry it.")},
    ),
    Question(
        "chair", "tide", opened=63,
        title="Shall people with lived experience chair every second meeting?",
        text="Every second meeting of the leadership team is chaired by a person with lived experience whom "
        "the members "
        "of Second Tide choose. The chair is paid, and prepared with the help that they ask for.",
        why="Who chairs decides who is heard.",
        alternatives="A seat without the chair: that is what we have.",
        affected="The leadership team, and whoever wants to come to it.",
        heard="Second Tide’s members’ meeting, thirty-four people.",
        best="What matters to people is asked first, and not under any other business.",
        happens=(
            Objects(
                "trust", 3, "A chair who has to rule on a matter in which their own care is discussed is put in an "
                "unfair place.", "That the chair can hand over for any item, without giving a reason.", "g",
            ),
            Resolves("trust", 5, "It was agreed in the meeting that any chair may hand over any item without a reason, "
                     "and the wording never forbade it."),
        ),
    ),
    Question(
        "befriending", "hatch", opened=47, amount=pounds("4,800.00"),
        title="Shall we pay the fares of befrienders?",
        text="Volunteers who visit people in their new homes get their fares back on the day, from the pool.",
        why="Eighteen volunteers would visit; eleven cannot pay the bus.",
        alternatives="Lifts: they do not come on a wet Tuesday.",
        affected="Eighteen volunteers and as many people at home.",
        heard="“It is quiet here. I liked the noise, to be honest.”",
        best="A home is not a home when nobody rings the bell.",
        quick=4,
    ),
    Question(
        "minibus", "rowe", opened=33, amount=pounds("14,200.00"),
        title="Shall we lease a minibus together?",
        text="A minibus with nine seats and a ramp is leased for two years, kept by Bollard & Rowe, booked by "
        "any of us.",
        why="Taxis to the hospital cost us £1,100 a month.",
        alternatives="Community transport: booked out for weeks. Taxis as now.",
        affected="People who cannot use the bus, and four organisations.",
        heard="The hospital group asked for it, and for a driver who waits.",
        best="People get to their appointments, and home again.",
        silent=("icb",),
    ),
    Question(
        "friday-flats", "longquay", working=8, amount=pounds("16,500.00"),
        title="Shall two flats stay free for people who leave prison on a Friday?",
        text="Longquay keeps two furnished flats free for people from Merrowport who are released on a Friday with "
        "nowhere to go. Somebody whom they have met before waits at the gate.",
        why="Of nineteen people released on a Friday, twelve slept outside that night and seven were recalled.",
        alternatives="Hostel beds held until six: they are gone by four.",
        affected="Twenty to thirty people a year, and the probation service.",
        heard="Five men in the prison’s peer group drew us their first evening.",
        best="The first night decides the first week.",
        silent=("hatch",),
        quick=5,
        remarks={"icb": "Gladly. We will ask the prison’s health team to meet people before the gate."},
    ),
    Question(
        "contingency", "council", working=6, amount=pounds("28,000.00"),
        title="Shall £28,000 of the contingency go to the night shelter?",
        text="£28,000.00 moves from the contingency to the budget line of the night shelter, for six more beds and a "
        "second worker awake at night.",
        why="The winter plan asks for twenty-two beds, and the last count found thirty-eight people outside.",
        alternatives="Waiting for the government’s winter money: it comes in February.",
        affected="Those who would have no bed, and the two of us whose lines the contingency might have helped.",
        heard="Last winter’s guests: “Two awake. One is not enough when something happens.”",
        best="Six more people are warm, and everybody is safer.",
        happens=(
            Objects(
                "tide", 3, "It takes all that is left for the peer support line, which is overspent because people "
                "finally come. We were asked to trust and now the reserve is gone in November.",
                "Take £18,000 now and look again in the January review, with the figures of both lines beside it.",
                "ab",
            ),
        ),
        silent=("trust", "rowe"),
        quick=4,
    ),
    Question(
        "one-record", "trust", working=7, amount=pounds("11,000.00"),
        title="Shall everybody have a copy of their own plan?",
        text="Everybody who has a plan with us holds it: on paper, on their telephone, or with somebody they trust. "
        "They write in it, and we write only what they have seen.",
        why="There are eight plans for one person, and the person has none of them.",
        alternatives="A shared record for workers alone: rejected, again about people without them.",
        affected="About 400 people with a plan.",
        heard="Jade wrote hers as an example. It is a page long and better than ours.",
        best="It is theirs.",
        happens=(
            TakesOver(
                5, "lantern", "Lantern Street asked what happens with paper that is lost. Now it says so.",
                "Everybody who has a plan with us holds it: on paper, on their telephone, or with somebody they trust. "
                "They write in it, and we write only what they have seen. A lost plan is written again together; "
                "nobody is asked for it at a door.",
            ),
        ),
        quick=4,
        silent=("hatch", "rowe"),
        remarks={"tide": "Yes. And yes again, whatever the wording."},
    ),
    Question(
        "detox-rooms", "lantern", working=1, amount=pounds("52,000.00"), review_after=200,
        title="Shall we keep four quiet rooms for coming off alcohol?",
        text="Four rooms in Lantern Street’s house in Salt Lane are kept for people who come off alcohol at "
        "home that is "
        "no home: a nurse in the day, a peer at night, ten days, no waiting list.",
        why="The nearest ward is forty miles away and has a list of seven weeks.",
        alternatives="Beds in the general hospital: offered, two, not at weekends.",
        affected="About eighty people a year.",
        heard="Nine people who had been on the list of seven weeks; two more had died on it.",
        best="Help while the wish lasts.",
        quick=5,
        silent=("council", "icb", "longquay", "trust", "tide", "hatch", "rowe"),
    ),
    Question(
        "boards", "icb", working=4,
        title="Shall our eight boards meet once a year in one room?",
        text="Once a year the boards of all eight organisations meet for an afternoon with people who use our "
        "services, "
        "with the year’s assurance report and no presentations.",
        why="Eight boards read eight reports about the same street.",
        alternatives="Sending them the report: we do, and go on doing so.",
        affected="Some seventy board members.",
        heard="Elspeth asked her own board; they would come if there is no slide.",
        best="Those who decide meet those whom it is about.",
        happens=(
            Abstains("rowe", 2, "Our board has two members, of whom one is me. We want to hear how the small are "
                     "heard in a room of seventy."),
        ),
        silent=("longquay", "hatch", "trust", "rowe"),
        quick=3,
    ),
    Question(
        "van", "council", working=3, stays="draft", amount=pounds("38,000.00"),
        title="Shall the outreach van be replaced?",
        text="The outreach van is replaced by an electric one in the spring.",
        why="It failed its test twice this year.",
        alternatives="",
        affected="Outreach workers, and everybody who knows the van.",
        heard="",
        best="",
    ),
    Question(
        "garden", "lantern", working=9, stays="draft",
        title="Shall the yard in Salt Lane become a garden?",
        text="The yard behind Salt Lane becomes a garden that people make and keep.",
        why="Seven people have begun already, without asking.",
        alternatives="Car parking, as now.",
        affected="Whoever is in the house, and two cars.",
        heard="They are digging.",
        best="Something grows.",
    ),
    Question(
        "badge", "tide", opened=58, stays="discarded",
        title="Shall we wear the same badge?",
        text="One badge for all of us.",
        why="People ask who we are.",
        alternatives="",
        affected="",
        heard="",
        best="",
    ),
]  # fmt: skip

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
