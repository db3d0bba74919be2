"""What was asked since: some of it is open, some never left its draft."""

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

ASKED = [
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
