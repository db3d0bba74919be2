"""What was asked in the first half of the year."""

from alliance.demo.story.questions.shapes import (
    Abstains,
    GivesMoreTime,
    Objects,
    Question,
    Resolves,
    Rewords,
    Withdraws,
    pounds,
)

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


ASKED = [
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
]  # fmt: skip
