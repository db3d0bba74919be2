"""The words of the house, for the page /help/glossary/."""

GLOSSARY = [
    (
        "Alliance",
        "A contract in which a commissioner and several providers share risks, responsibilities and opportunities. It is not an organisation: each participant keeps its own identity and controls.",
    ),
    ("Participant", "An organisation that signed the alliance agreement. Each has one equal voice."),
    (
        "Representative, deputy",
        "A person who can say where their organisation stands, and binds it. A deputy does so when named and in force.",
    ),
    ("Key decision", "A decision that needs every participant’s agreement."),
    (
        "Operational decision",
        "A decision that one named person may make alone, because a key decision delegated it. It is recorded, announced and can be reviewed.",
    ),
    (
        "Reserved decision",
        "A decision that the agreement leaves to one participant, usually because the law does. The share of these is the reserve rate.",
    ),
    ("Proposal", "A decision in the making. Its wording can still change; then everybody is asked again."),
    (
        "Roll",
        "The participants whose agreement a proposal needs. It is fixed on the day that the proposal opens.",
    ),
    (
        "Position",
        "Where one organisation stands on a proposal: agree, object, abstain or, where the agreement allows it, stand aside.",
    ),
    (
        "Recorded on behalf",
        "An answer that somebody gave outside Concordat and another person wrote down, with what shows it. The organisation is told and can contest it.",
    ),
    (
        "Conflict of interest",
        "Something else at stake for whoever answers. It is declared first; the others say whether the organisation takes part.",
    ),
    (
        "Deadlock",
        "When all cannot agree: a ladder of stages with dates. After the last of them nothing changes: the status quo stands.",
    ),
    (
        "Ratification",
        "The word of an organisation’s own board on an agreement above its representative’s limit. Until then the decision has no effect.",
    ),
    (
        "Risk, opportunity",
        "What could go wrong or right, held by all. A steward keeps an eye on it; every participant accepts it as it stands, until it changes.",
    ),
    (
        "Objection",
        "A reason why a proposal cannot go ahead as it is, with what would make it acceptable. Only whoever raised it can resolve it.",
    ),
    (
        "Sealed",
        "Agreed by everybody and fixed for good. A change of mind is a new decision that supersedes the old one.",
    ),
    ("Open book", "The shared budget, in which every participant sees every line."),
    ("Fund", "The money that the participants put together. One of them, the host, keeps it."),
    ("Contribution", "What a participant puts into the fund for a year."),
    (
        "Memorandum account",
        "What a year’s funding, spending and net position come to, and whose it is. It is kept as it was when the year was closed. It is not the alliance’s accounts: those are the host’s.",
    ),
    (
        "Net position",
        "What a year leaves in the pool: contributions and what was brought forward, less what was spent. Less than nothing is an overspend.",
    ),
    (
        "Budget line",
        "What the alliance means to spend on something in a year. Lines and contingency add up to the contributions, exactly.",
    ),
    ("Cost return", "What a participant spent in a month, sent as a spreadsheet and posted once checked."),
    ("Journal, entry", "One change to the book and its lines. A journal always adds up to 0.00."),
    (
        "Account, statement",
        "A heading of the book, such as the money in the pool. Its statement tells where it stood, what moved it and where it stands.",
    ),
    (
        "Gain, pain",
        "What a year cost less, or more, than its target, and who receives or pays how much of it, by the terms that were agreed.",
    ),
    (
        "Risk pool",
        "What is set aside and put at risk for the unforeseen: the contingency, and what each provider can pay or receive at most.",
    ),
    ("Reversal", "The opposite of a journal, to correct it. What was posted is never edited or deleted."),
    (
        "Full cost",
        "What a participant’s part costs in truth: what it spent itself, and its share of what is shared.",
    ),
    (
        "Irrecoverable VAT",
        "VAT on a purchase that its buyer does not get back. It is a cost; VAT that is got back never is.",
    ),
    (
        "Own books",
        "A participant’s own ledger. Its finance lead confirms what it has of a month, beside the open book.",
    ),
    ("Closed period", "A month that takes no more postings. It does not reopen."),
    (
        "Learning review",
        "A meeting that asks: is this what we intended? What next? Who are “we” to be making these reflections and decisions?",
    ),
    (
        "Experiment",
        "Something new, tried on a small scale. It starts when it is legal and safe. It may fail; what counts is what was learned.",
    ),
    ("Measure", "Something that is counted over time to learn from. It has no target."),
    (
        "XmR chart",
        "A chart that tells the ordinary ups and downs of a measure from changes worth asking about.",
    ),
    (
        "Special cause, common cause",
        "A special cause is a point or pattern that the ordinary ups and downs do not explain. Common cause is the ordinary.",
    ),
    (
        "Assurance report",
        "What the alliance tells the participants’ boards for a quarter: frozen figures, decisions, learning, gaps.",
    ),
    (
        "Quorate",
        "A meeting is, when somebody authorised of each participant is there: its representative or a deputy.",
    ),
    (
        "Minutes",
        "What was said at a meeting. They are official once everybody who was there has accepted the same version.",
    ),
    ("Record", "Every act of the alliance in one chain that anybody can check."),
    (
        "Head of the record",
        "The number and fingerprint of the newest entry. Printed in reports, it proves later that nothing before it was changed.",
    ),
]
