"""What every new alliance starts from; it can change all of it by unanimous decision (product.md)."""

PRINCIPLES = [
    (
        "a",
        "Collective responsibility",
        "We share collective responsibility for all of the risks of the services that the alliance provides.",
    ),
    (
        "b",
        "Best for people",
        "We make decisions on a “Best for People using Services” basis.",
    ),
    (
        "c",
        "Unanimous decisions",
        "We decide unanimously on all key issues, on the basis of our principles and values.",
    ),
    (
        "d",
        "No fault, no blame",
        "We keep a culture of no fault and no blame, and avoid disputes and litigation, save for wilful default.",
    ),
    (
        "e",
        "Open book",
        "We practise open book accounting and are transparent in all matters.",
    ),
    (
        "f",
        "Best person",
        "We appoint and select key roles on a best person basis.",
    ),
    (
        "g",
        "Values and behaviours",
        "We act in accordance with the Alliance Values and Behaviours at all times.",
    ),
]

VALUES = [
    "People first: what matters to the person is where we start.",
    "Trust: we assume good intent, and say so when we are worried.",
    "Honesty: bad news is welcome, and early.",
    "Equality: one voice for each, whatever the size.",
]

BEHAVIOURS = [
    "We speak for the whole system, not only for our own organisation.",
    "We listen before we answer, and ask who is not in the room.",
    "We share what we know, including what did not work.",
    "We do what we said we would do, or say in good time that we cannot.",
    "We give each other credit in public and challenge in person.",
]
