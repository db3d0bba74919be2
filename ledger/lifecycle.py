"""What becomes of a cost return, of money that is to leave, of a query, a file of evidence, and an action plan."""

from django.db import models

from alliance.core.lifecycle import Lifecycle, Step


class ReturnState(models.TextChoices):
    CHECKING = "checking", "Being checked"
    MAPPING = "mapping", "Waiting for its columns"
    ATTENTION = "attention", "Needs attention"
    READY = "ready", "Ready to confirm"
    POSTING = "posting", "Being posted"
    POSTED = "posted", "In the open book"
    REVERSED = "reversed", "Reversed"
    KNOWN = "known", "Already in the book"
    REPLACED = "replaced", "Replaced"
    WITHDRAWN = "withdrawn", "Withdrawn"
    NIL = "nil", "Nothing was spent"


class TransferState(models.TextChoices):
    AGREED = "agreed", "Agreed"
    PAID = "paid", "Paid"


class QueryState(models.TextChoices):
    ASKED = "asked", "Asked"
    ANSWERED = "answered", "Answered"
    SETTLED = "settled", "Settled"
    WITHDRAWN = "withdrawn", "Withdrawn"
    CLOSED = "closed", "Closed"


class ScanState(models.TextChoices):
    NOT_SCANNED = "not_scanned", "Not scanned"
    CLEAN = "clean", "Scanned, nothing found"
    INFECTED = "infected", "Infected"
    FAILED = "failed", "Could not be scanned"


class PlanState(models.TextChoices):
    OPEN = "open", "To be written"
    WRITTEN = "written", "Written"
    DONE = "done", "Done"
    NOT_NEEDED = "not_needed", "No longer needed"


S = ReturnState
IN_HAND = (S.CHECKING, S.MAPPING, S.ATTENTION, S.READY)

RETURN = Lifecycle(
    "Return",
    ReturnState,
    S.CHECKING,
    Step("ask_for_columns", (S.CHECKING,), S.MAPPING),
    Step("find_problems", (S.CHECKING,), S.ATTENTION),
    Step("find_it_ready", (S.CHECKING,), S.READY),
    Step("recognise", (S.CHECKING,), S.KNOWN),
    Step("match_columns", (S.MAPPING, S.ATTENTION, S.READY), S.CHECKING),
    Step("fix_rows", (S.ATTENTION, S.READY), S.CHECKING),
    Step("explain_names", (S.ATTENTION, S.READY), S.CHECKING),
    Step("read_again", (S.ATTENTION, S.READY), S.CHECKING),
    Step("accept", (S.READY,), S.POSTING),
    Step("post", (S.POSTING,), S.POSTED),
    Step("reverse", (S.POSTED,), S.REVERSED),
    Step("state_nothing_spent", (S.CHECKING,), S.NIL),
    Step("replace", (*IN_HAND, S.NIL), S.REPLACED),
    Step("withdraw", (*IN_HAND, S.NIL), S.WITHDRAWN),
    Step("add_evidence", (*IN_HAND, S.POSTING, S.POSTED, S.REVERSED)),
    room="ledger",
)

TRANSFER = Lifecycle(
    "Transfer",
    TransferState,
    TransferState.AGREED,
    Step("pay", (TransferState.AGREED,), TransferState.PAID),
    room="ledger",
)

Q = QueryState
QUERY = Lifecycle(
    "Query",
    QueryState,
    Q.ASKED,
    Step("answer", (Q.ASKED, Q.ANSWERED), Q.ANSWERED),
    Step("ask_again", (Q.ANSWERED,), Q.ASKED),
    Step("settle", (Q.ANSWERED,), Q.SETTLED),
    Step("withdraw", (Q.ASKED, Q.ANSWERED), Q.WITHDRAWN),
    Step("close", (Q.ASKED, Q.ANSWERED), Q.CLOSED),
    room="ledger",
)

UNSCANNED = (ScanState.NOT_SCANNED, ScanState.FAILED)
SCAN = Lifecycle(
    "File of evidence",
    ScanState,
    ScanState.NOT_SCANNED,
    Step("find_clean", UNSCANNED, ScanState.CLEAN),
    Step("find_infected", UNSCANNED, ScanState.INFECTED),
    Step("fail", UNSCANNED, ScanState.FAILED),
    room="ledger",
)

P = PlanState
PLAN = Lifecycle(
    "Action plan",
    PlanState,
    P.OPEN,
    Step("write", (P.OPEN, P.WRITTEN), P.WRITTEN),
    Step("finish", (P.WRITTEN,), P.DONE),
    Step("let_go", (P.OPEN, P.WRITTEN), P.NOT_NEEDED),
    room="ledger",
)
