"""What a good case of each sort says: process guidance in plain words, step by step, beside the questions."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from decisions import effects

OTHER = "Something else"
GROUPS = {
    "What we do": ("question", "service"),
    "Our money": ("virement", "variation", "year", "transfer", "restatement", "share_terms", "overhead", "book_terms",
                  "underspend"),
    "Who takes part": ("accession", "exit", "suspension", "readmission", "exclusion", "role", "role_end"),
    "How we decide": (
        "principle", "principle_new", "principle_end", "delegation", "delegation_end", "reserved_matter",
        "reserved_matter_end", "settings", "extension",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Template:
    """A sort of proposal. `words` say when to choose it; `steps` maps a step's key to what to think of there.

    `effect` is the key of what the seal carries out (`decisions.effects`), "" for nothing.
    """

    key: str
    label: str
    words: str
    steps: dict[str, str] = field(default_factory=dict)
    question: str = "Shall we open a night shelter in January?"
    effect: str = ""

    @property
    def group(self) -> str:
        """Under which heading it is offered."""
        return next((heading for heading, keys in GROUPS.items() if self.key in keys), OTHER)


_ALL = (
    Template(
        "question",
        "A question of any kind",
        "Anything that all have to agree to and that none of the others below fits.",
        {
            "question": "One question, one answer. Two questions are two proposals: each can then be agreed by itself.",
            "reasons": "Write for somebody who is new in two years. “None considered, because…” is an answer.",
        },
    ),
    Template(
        "service",
        "A new service, or a change to one",
        "Something starts, stops or becomes different for people.",
        {
            "question": "Say who does what, for whom, where, for how many people, from when and until when.",
            "reasons": "What did you see or hear that makes this the next thing to try? Would an experiment tell "
            "you more, sooner? If it is legal and safe, an experiment needs no decision of all.",
            "people": "Whom does it reach, whom does it leave out, who has to change how they work? Say where and when "
            "people who would use it were asked, and what they said, without names.",
            "money": "The whole cost until the day on which it ends, with overheads and irrecoverable VAT.",
            "time": "A review date is worth most here. Choose a day by which you will have learned something.",
        },
    ),
    Template(
        "virement",
        "Moving money between budget lines",
        "A virement: the total stays the same, and the lines change.",
        {
            "effect": "What leaves the lines equals what enters them. It moves with the seal, and not before.",
            "reasons": "Why is the money not needed where it is? What will not happen there?",
            "people": "Who relied on the line from which the money is taken, and were they told?",
            "time": "The seal takes effect the same day. Leave time before the period closes.",
        },
        question="Shall we move £12,000 from training to outreach?",
        effect="virement",
    ),
    Template(
        "variation",
        "Changing what participants contribute",
        "The pool becomes larger or smaller, and the budget lines with it.",
        {
            "effect": "Contributions and lines change by the same total, so that the budget still adds up.",
            "reasons": "What changed since the year was agreed? What does the agreement say about that?",
            "people": "Who gains and who loses a service by it?",
        },
        question="Shall the Council contribute £20,000 more for outreach?",
        effect="variation",
    ),
    Template(
        "year",
        "A new financial year",
        "Contributions, budget lines and contingency of the year to come.",
        {
            "effect": "Lines plus contingency equal contributions plus what is brought forward, to the penny.",
            "reasons": "What did this year teach about each line? Where does the money make most difference?",
            "people": "How were people who use services heard on where the money goes?",
            "time": "Open it early enough for every board to see it before the year begins.",
        },
        question="Shall this be our budget for 2027–28?",
        effect="year",
    ),
    Template(
        "transfer",
        "Money leaves the pool for a partner",
        "Out of the shared budget into one organisation's own funds.",
        {
            "effect": "All agree before anything is paid. The payment then shows in the open book.",
            "reasons": "Why is it better there than in the pool? Its costs are met through returns; this is not that.",
        },
        question="Shall £2,500 go to Haven's own reserve?",
        effect="transfer",
    ),
    Template(
        "restatement",
        "Restating a closed month",
        "A material error: the old figure stays, and the right one stands beside it.",
        {
            "effect": "The difference is posted in the first open month; the closed month is not touched.",
            "reasons": "What went wrong, how was it noticed, and what will be done so that it is noticed sooner?",
        },
        question="Shall we restate Haven's staff costs of October?",
        effect="restatement",
    ),
    Template(
        "underspend",
        "What becomes of an underspend",
        "What a year leaves in the pool: carried forward, returned, or some of each.",
        {
            "effect": "Without a decision it is returned in proportion to contributions. The close of the year carries "
            "it out, whatever is left by then.",
            "reasons": "Why was it not spent, and what would it do next year that it did not do this year?",
            "people": "Who was to be reached with it, and was not?",
            "time": "Decide before the pool manager closes the year.",
        },
        question="Shall we carry £20,000 of this year’s underspend forward?",
        effect="underspend",
    ),
    Template(
        "share_terms",
        "How gain and pain are shared",
        "The target, the neutral band, the shares, the caps and the split.",
        {
            "effect": "Try the figures in the scenario calculator first; everybody can.",
            "reasons": "What would these terms have done last year? Would anybody have acted otherwise?",
        },
        question="Shall we share gain and pain as last year?",
        effect="share_terms",
    ),
    Template(
        "overhead",
        "By what an overhead is shared",
        "Headcount, time or spend; the same all year.",
        {"effect": "Premises by headcount, central functions by time, governance by spend is the custom."},
        question="Shall premises be shared by headcount?",
        effect="overhead",
    ),
    Template(
        "book_terms",
        "How the book is kept",
        "When a forecast asks for a plan, how often reports come, how contributions may vary.",
        {"reasons": "What was too late, or too much work, as it is?"},
        question="Shall a forecast 7 % over its line ask for a plan?",
        effect="book_terms",
    ),
    Template(
        "role",
        "Appointing somebody to a role",
        "Key roles go to the best person, whichever organisation employs them.",
        {
            "question": "Name the role, what it is for, from when and until when.",
            "reasons": "Say what the role needs and why this person is the best for it, of all who were "
            "considered. Which organisation pays them is no reason.",
            "people": "Who works with whoever has this role, and did people who use services meet the candidates?",
            "principles": "“Key roles on a best person basis” is the one to dwell on.",
            "time": "Roles end. Choose a day to look back at whether it is still the best person.",
        },
        question="Shall we appoint Amira as system steward?",
        effect="role",
    ),
    Template(
        "role_end",
        "Relieving somebody of a role",
        "A key role is given up, and nobody takes it over at once.",
        {
            "question": "Name the role and from when. Stepping down needs no decision: only the person’s own word.",
            "reasons": "What does the alliance need now that this role does not give? No fault, no blame.",
            "people": "Who relied on whoever had this role, and to whom do they turn?",
            "time": "Leave time for a hand-over before the last answer: the role ends with the seal.",
        },
        question="Shall we do without a pool manager until April?",
        effect="role_end",
    ),
    Template(
        "principle",
        "Changing a principle",
        "The words that everything else is tested against.",
        {
            "effect": "Write the whole principle as it shall read. The one of today stays in the record as it was.",
            "reasons": "Which decision would have been better with the new words? Which would have been worse?",
            "people": "The principles are a promise to people who use services. Say how they heard of the change.",
            "principles": "Test the change against the principles as they stand today, this one included.",
            "time": "Boards often want to see this first. Leave them time for a meeting.",
        },
        question="Shall we say in principle (e) what open book leaves out?",
        effect="principle_change",
    ),
    Template(
        "principle_new",
        "Adding a principle",
        "Something that every decision from now on is tested against.",
        {
            "effect": "One sentence that people will remember, and a title of a few words.",
            "reasons": "Which decision would have been another one? What do the principles of today not say?",
            "people": "The principles are a promise to people who use services. Say how they were heard on it.",
        },
        question="Shall we promise to pay people for their experience?",
        effect="principle_new",
    ),
    Template(
        "principle_end",
        "Giving up a principle",
        "Decisions are no longer tested against it.",
        {
            "reasons": "Was it never needed, or is it hard to keep? Say which; only one of them is a good reason."
        },
        question="Shall we give up principle (h)?",
        effect="principle_end",
    ),
    Template(
        "accession",
        "A new participant joins",
        "An organisation becomes a party, with one equal voice.",
        {
            "effect": "Its name is what the agreement will say. It signs the principles as they stand on that day.",
            "reasons": "What will it bring, what will it take on of the risks that all hold together?",
            "people": "Whose lives does it touch already, and what do they say of it?",
            "principles": "Has it read the principles, and which one will be hardest for it? Say so.",
            "time": "It takes part in what opens after it has joined, not in what is open already.",
        },
        question="Shall Lantern Recovery join the alliance?",
        effect="accession",
    ),
    Template(
        "exit",
        "A participant leaves",
        "By its own wish or at the end of its part. It takes its full archive along.",
        {
            "effect": "The day is the first on which it is no longer a party.",
            "reasons": "Why now, and what was tried to make staying possible? No fault, no blame.",
            "people": "Who supports the people that it supports, from the day on which it leaves?",
            "money": "What is owed either way, and what happens to the shared assets.",
            "time": "Leave time for the hand-over: people, contracts, data, keys.",
        },
        question="Shall Quay Street Mission leave on 31 March?",
        effect="exit",
    ),
    Template(
        "suspension",
        "Suspending a participant",
        "It stays a party, but has no voice until it is readmitted.",
        {
            "effect": "It is not asked about its own suspension. From the day on, nobody speaks for it here.",
            "reasons": "What happened, what was tried first, and what has to be true for it to come back?",
            "people": "Who looks after the people it supports meanwhile?",
            "time": "Set a day to look again. A suspension without one becomes an exclusion by silence.",
        },
        question="Shall we suspend Quay Street Mission until its registration is restored?",
        effect="suspension",
    ),
    Template(
        "readmission",
        "Readmitting a suspended participant",
        "Its voice comes back.",
        {
            "reasons": "What had to be true for it to come back, and what shows that it is?",
            "effect": "It takes part in what opens from that day on.",
        },
        question="Shall Quay Street Mission come back?",
        effect="readmission",
    ),
    Template(
        "exclusion",
        "Excluding a participant",
        "The last resort. It is not on the roll, and its statement is recorded first.",
        {
            "effect": "Nothing can be sealed before its own statement is on the page.",
            "reasons": "Wilful default, or what else? Say what was tried: talking, support, suspension, the ladder.",
            "people": "Who supports the people that it supports, from the first day?",
            "principles": "“No fault, no blame, save wilful default” will be hard to answer. Answer it fully.",
            "time": "Leave it time to write its statement and to be heard.",
        },
        question="Shall Quay Street Mission be excluded?",
        effect="exclusion",
    ),
    Template(
        "extension",
        "Extending the agreement",
        "The day on which the alliance ends moves.",
        {
            "effect": "The last day of the agreement as it would then be.",
            "reasons": "What would be lost if it ended as agreed? What would you change if you began again?",
            "people": "What do people who use services say has become better, and what has not?",
            "money": "The contributions for the added time, as far as they are known.",
            "time": "Councils and boards need months. Open it early and give it long.",
        },
        question="Shall the alliance go on until March 2029?",
        effect="extension",
    ),
    Template(
        "delegation",
        "Letting one person decide something alone",
        "A delegation: what, up to how much, until when.",
        {
            "effect": "Keep it narrow: a scope that a stranger would understand, a limit, a last day.",
            "reasons": "What takes too long when all are asked? What would all still want to be asked about?",
            "people": "Who lives with these decisions, and how do they complain about one?",
            "time": "Every decision made by it is in the register. Choose a day to read them together.",
        },
        question="Shall Pat decide on repairs of up to £5,000?",
        effect="delegation",
    ),
    Template(
        "delegation_end",
        "Ending a delegation",
        "What one person decided alone is asked of all again.",
        {"reasons": "What did its decisions show? It is no blame to take it back."},
        question="Shall we end the delegation for repairs?",
        effect="delegation_end",
    ),
    Template(
        "reserved_matter",
        "Listing a reserved matter",
        "What the law or the agreement leaves to one participant alone.",
        {
            "effect": "It counts for decisions that begin after the seal, never for one that is under way.",
            "reasons": "Which law or duty? A preference is no reason: each matter is one decision less for all.",
            "people": "Whom will its holder consult before deciding alone?",
        },
        question="Shall placements of children be reserved to the Council?",
        effect="reserved_matter",
    ),
    Template(
        "reserved_matter_end",
        "Ending a reserved matter",
        "What one participant decided alone is asked of all again.",
        {"reasons": "Has the law changed, or has the habit?"},
        question="Shall placements be decided together again?",
        effect="reserved_matter_end",
    ),
    Template(
        "settings",
        "Changing how we decide",
        "Days to answer, standing aside, the deadlock ladder and the like.",
        {
            "effect": "What is open already goes on under the settings of the day on which it opened.",
            "reasons": "What went wrong with the settings of today? Show it with decisions from the register.",
        },
        question="Shall we have fifteen working days to answer?",
        effect="settings",
    ),
)
TEMPLATES = {one.key: one for one in _ALL}
FREE = TEMPLATES["question"]


def offered() -> Iterator[Template]:
    """What can be chosen: the templates whose effect is there, and every other effect that a room has registered."""
    for one in TEMPLATES.values():
        if not one.effect or one.effect in effects.KINDS:
            yield one
    told = {one.effect for one in TEMPLATES.values()}
    for key in effects.KINDS:
        if key not in told:
            yield template(key)


def template(key: str) -> Template:
    """By its key, which may be that of an effect that no template tells of; the free question for anything else."""
    if key in TEMPLATES:
        return TEMPLATES[key]
    if kind := effects.KINDS.get(key):
        return Template(key, kind.label, "", effect=key)
    return FREE


def effect_is_missing(key: str, effect: dict) -> str:
    """A proposal of a sort that carries something out says what (rule 22): the sentence that asks for it, or ""."""
    needed = template(key).effect
    return (
        f"Say what the seal carries out: {effects.KINDS[needed].label.lower()}"
        if _lacks(needed, effect)
        else ""
    )


def _lacks(needed: str, effect: dict) -> bool:
    return needed in effects.KINDS and effect.get("kind") != needed
