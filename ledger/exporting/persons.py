"""Is a supplier a private person? Then its name is not published (rule 41).

Whoever sends the costs can say so, one way or the other. Where nobody did, the name is looked at, and what cannot be
told is published: the rule is printed beside the file, and every name that it holds back is shown to the alliance.
"""

import re


def _words(said: str) -> frozenset[str]:
    return frozenset(said.split())


TITLES = _words("mr mrs ms miss mx dr prof professor rev reverend sir dame lady lord")
ORGANISATIONS = _words(
    """ltd limited plc llp llc cic cio inc co company companies group holdings partnership partners associates
    trust council charity foundation association society union federation church school college university academy
    hospital surgery clinic pharmacy practice nhs police court housing homes house hotel hostel inn lodge cafe café
    restaurant shop store stores market bakery kitchen services service solutions systems supplies supply products
    cleaning catering training consulting consultancy consultants accountants solicitors lawyers insurance bank
    building builders plumbing electrical electrics joinery roofing decorators gardening landscapes security removals
    transport travel taxis cars garage motors energy gas water electricity power telecom mobile broadband media print
    printing press design studio studios software digital technology technologies data centre center club community
    support care recovery outreach project projects network agency recruitment staffing international uk gb and the of
    sons bros brothers daughters"""
)
FORENAMES = _words(
    """aaron abdul abigail adam adrian agnieszka ahmed aisha alan albert alex alexander alexandra alfie ali alice
    alison amanda amelia amina amy andrea andrew angela anita ann anna anne anthony antonio arthur ashley barbara
    barry ben benjamin bernard beth bethany brenda brian bridget callum cameron carl carol caroline catherine charles
    charlie charlotte chloe chris christina christine christopher claire clare clive colin connor craig daniel darren
    david dawn dean deborah debbie denise dennis derek diana diane donald donna dorothy douglas duncan dylan edward
    eileen elaine eleanor elizabeth ella ellen ellie emily emma eric eva evelyn faisal fatima fiona florence frances
    francis frank fred freddie gareth garry gary gavin gemma geoffrey george georgia gerald gillian glenn gordon grace
    graham gregory hannah harold harriet harry hassan hayley hazel heather heidi helen henry holly howard hugh ian
    ibrahim imran irene isaac isabella isla jack jacob jacqueline jake james jamie jane janet janice jasmine jason jay
    jean jeffrey jennifer jenny jeremy jessica jill jim joan joanna joanne joe joel john jonathan jordan jose joseph
    joshua joy joyce judith julia julie june justin karen karl kate katherine kathleen kathryn katie keith kelly
    kenneth kerry kevin khadija kieran kim kirsty krzysztof kyle laura lauren lawrence leah lee leo leon leonard lesley
    lewis liam lily linda lisa liz lloyd logan lorraine louis louise lucas lucy luke lynn lynne malcolm marcus margaret
    maria marie marilyn marion mark martin martyn mary matthew maureen maxwell megan melanie melissa michael michelle
    mike mohamed mohammad mohammed molly monica muhammad nadia naomi natalie natasha nathan neil nicholas nicola nigel
    noah norman oliver olivia omar oscar owen pamela patricia patrick paul paula pauline peter philip phillip phoebe
    piotr poppy priya rachael rachel raj ralph ray raymond rebecca reece rhys richard rita robert robin roger ronald
    rosemary ross roy russell ruth ryan sally sam samantha samuel sandra sara sarah scott sean shane shannon sharon
    shaun sheila shirley simon sofia sophia sophie spencer stacey stanley stephanie stephen steve steven stewart stuart
    susan suzanne sylvia tara teresa terence terry theo theresa thomas tim timothy tina toby tom tomasz tony tracey
    tracy trevor valerie vanessa veronica victor victoria vincent violet wayne wendy wesley william yasmin yusuf yvonne
    zainab zara zoe"""
)
RULE = (
    "A name is held back when it begins with a title such as Mr or Dr, when it is initials with a surname, or when "
    "it is two to four words of which the first (or, after a comma, the second) is a common first name, and no word "
    "tells of an organisation."
)


def plain(supplier: str) -> str:
    """The name as it is compared and remembered."""
    return " ".join(supplier.split()).casefold()


def looks_private(supplier: str) -> bool:
    """By the look of the name alone (`RULE`)."""
    words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", plain(supplier))
    if not words or re.search(r"\d|&", supplier) or ORGANISATIONS & set(words):
        return False
    if words[0] in TITLES:
        return len(words) > 1
    if not 2 <= len(words) <= 4:
        return False
    _, comma, rest = plain(supplier).partition(",")
    first = re.findall(r"[^\W\d_]+", rest)[:1] if comma else words[:1]
    if first and first[0] in FORENAMES:
        return True
    initials = words[1:] if comma else words[:-1]
    return bool(initials) and all(len(word) == 1 for word in initials)


def without(name: str, said: str) -> str:
    """What was said, without the parts of the person's name that are in it."""
    for part in re.findall(r"[^\W\d_]{2,}", name):
        if part.casefold() not in TITLES:
            said = re.sub(rf"\b{re.escape(part)}\b", "[redacted]", said, flags=re.IGNORECASE)
    return re.sub(r"\[redacted\](?:\s+\[redacted\])+", "[redacted]", said)
