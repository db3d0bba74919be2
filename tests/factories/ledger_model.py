"""The rules of the open book by themselves (27 to 34, 37, 43): a few lists that know nothing of a database.

Beside the services it runs in test_ledger_machine.py. Participants, months and budget lines are places in lists.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

D = Decimal
JANUARY = 3  # months are counted from October; January has not ended
COUNCIL, HAVEN, BEACON = range(3)
HOUSING, STREET, PEER = range(3)
BANK, DUE, PREPAID, OWED, ACCRUED, TRANSFERRED = "1000", "1100", "1200", "2000", "2100", "3100"
SUBCONTRACT, OTHER = "5030", "5020"
CONTRIBUTIONS = "3000"
BY_DECISION = ("contributions_agreed", "transfer_out", "restatement")
# What all agree to move, and to restate as (line, original, restated): of each, one leaves no room for the other.
VIREMENTS = [{PEER: "-50000.00", HOUSING: "50000.00"}, {PEER: "-30000.00", STREET: "30000.00"}]
RESTATEMENTS = [(HOUSING, "120.00", "95.50"), (HOUSING, "120.00", "130.07")]
# The year before was funded 4 : 1.2 : 0.8 and nothing of it was spent. What is returned of it, by what is carried
# forward at most.
LAST_YEAR = [D("400.00"), D("120.00"), D("80.00")]
RETURNED = {D("0.00"): LAST_YEAR, D("40.00"): [D("373.33"), D("112.00"), D("74.67")]}
UNDERSPENDS = [("return", ""), ("part", "40.00")]


@dataclass
class Posted:
    """A journal: what is debited and credited, as (account, whose, budget line, amount)."""

    kind: str
    month: int
    lines: list[tuple[str, int, int | None, Decimal]]
    reverses: int | None = None
    corrects: tuple[int, int] | None = None


@dataclass
class Sent:
    whose: int
    month: int
    name: str
    rows: list[tuple[Decimal, int]]
    status: str = "checking"
    journal: int | None = None


@dataclass
class Model:
    """The rules by themselves. A method does what its service does and returns "", or says why not."""

    closed: int = 1  # so many of MONTHS
    journals: list[Posted] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    told: dict[tuple, int] = field(
        default_factory=dict
    )  # what the bank told: whose, its reference → the journal
    timed: set[tuple] = field(default_factory=set)
    restated: dict[int, int] = field(default_factory=dict)
    vired: list[int] = field(default_factory=list)
    transferred: bool = False
    stated: dict[tuple, list[tuple]] = field(default_factory=dict)  # what somebody says of itself, by version
    underspends: list[int] = field(default_factory=list)
    carried: Decimal | None = None  # out of last year, when that is closed

    # What follows from what was posted

    def balances(self) -> dict[tuple, list]:
        found = defaultdict(lambda: [D(0), D(0), 0])
        for journal in self.journals:
            for account, whose, line, amount in journal.lines:
                kept = found[account, whose, line, journal.month]
                kept[amount < 0] += abs(amount)
                kept[2] += 1
        return found

    def net(self, account: str, whose: int) -> Decimal:
        return sum(
            (a for one in self.journals for acc, who, _, a in one.lines if (acc, who) == (account, whose)),
            D(0),
        )

    def line_now(self, line: int) -> Decimal:
        agreed = D(["320000.00", "180000.00", "70000.00"][line])
        return agreed + sum(D(VIREMENTS[one].get(line, "0")) for one in self.vired)

    def is_reversed(self, number: int) -> bool:
        return any(one.reverses == number for one in self.journals)

    def standing_correction(self, number: int, line: int | None = None) -> bool:
        """Rule 27."""
        return any(
            one.corrects and one.corrects[0] == number and line in (None, one.corrects[1])
            for place, one in enumerate(self.journals, 1)
            if not self.is_reversed(place)
        )

    def post(self, kind: str, month: int, *lines, **facts) -> int:
        self.journals.append(Posted(kind, month, [one for one in lines if one[3]], **facts))
        return len(self.journals)

    # Returns (rule 43)

    def send(self, whose: int, month: int, name: str, rows: list) -> str:
        if month < self.closed:
            return "is closed"
        in_hand = (one for one in self.sent if one.status in ("ready", "attention"))
        earlier = next((one for one in in_hand if (one.whose, one.name) == (whose, name)), None)
        if earlier and (earlier.month, earlier.rows) == (month, rows):
            earlier.status = "checking" if earlier.status == "attention" else earlier.status
        else:
            if earlier:
                earlier.status = "replaced"
            self.sent.append(Sent(whose, month, name, rows))
        return self.work()

    def standing(self, this: Sent) -> list[Sent]:
        there = [one for one in self.sent if one is not this and one.status in ("posting", "posted")]
        return [one for one in there if one.whose == this.whose]

    def same_lines(self, this: Sent) -> bool:
        return any((one.month, one.rows) == (this.month, this.rows) for one in self.standing(this))

    def same_name(self, this: Sent) -> bool:
        return any(one.name == this.name for one in self.standing(this))

    def work(self) -> str:
        """What the workers have to do: post what was confirmed, check what was sent."""
        for one in self.sent:
            if one.status == "posting":
                total = sum(amount for amount, _ in one.rows)
                costs = [(SUBCONTRACT, one.whose, line, amount) for amount, line in one.rows]
                one.journal = self.post("cost_return", one.month, *costs, (OWED, one.whose, None, -total))
                one.status = "posted"
        for one in self.sent:
            if one.status == "checking":
                attention = "attention" if self.same_name(one) else "ready"
                one.status = "known" if self.same_lines(one) else attention
        return ""

    def accept(self, this: Sent) -> str:
        if this.status in ("posting", "posted"):
            return ""
        if this.status != "ready":
            return "so that is no longer possible"
        if this.month < self.closed:
            return "is closed"
        if self.same_name(this):
            return "is in the book already"
        if self.same_lines(this):
            return "These very lines"
        this.status = "posting"
        return ""

    # Corrections (rules 27, 33)

    def reverse(self, number: int) -> str:
        was = self.journals[number - 1]
        if was.kind == "reversal":
            return "A reversal is not reversed"
        if self.is_reversed(number):
            return "is reversed already"
        if was.kind in BY_DECISION:
            return "takes another decision"
        if was.kind == "year_end":
            return "What the close of a year posted stands"
        if was.kind.startswith("prepayment"):
            return "A prepayment is put right"
        if self.standing_correction(number):
            return "Reverse that one first"
        self.reversal(number, max(was.month, self.closed))
        for one in self.sent:
            if one.journal == number:
                one.status = "reversed"
                for waiting in self.sent:
                    if (waiting.whose, waiting.name, waiting.status) == (one.whose, one.name, "attention"):
                        waiting.status = "checking"
        return self.work()

    def reversal(self, number: int, month: int) -> None:
        was = self.journals[number - 1]
        opposite = [(account, whose, line, -amount) for account, whose, line, amount in was.lines]
        self.post("reversal", month, *opposite, reverses=number)

    def correct(self, number: int, line: int, amount: Decimal, to_line: int) -> str:
        was = self.journals[number - 1]
        account, whose, from_line, before = was.lines[line - 1]
        if was.kind == "reversal" or self.is_reversed(number):
            return "there is nothing left to correct"
        if was.kind in BY_DECISION:
            return "takes another decision"
        if self.standing_correction(number, line):
            return "Correct the line there"
        if (account, from_line, before) == (OTHER, to_line, amount):
            return "what the line says already"
        self.post(
            "correction",
            max(was.month, self.closed),
            (account, whose, from_line, -before),
            (OTHER, whose, to_line, amount),
            (OWED, whose, None, before - amount),
            corrects=(number, line),
        )
        return ""

    def restate(self, which: int) -> str:
        line, original, restated = RESTATEMENTS[which]
        if which in self.restated:
            return ""
        if self.restated:
            return "The book says"
        by = D(restated) - D(original)
        self.restated[which] = self.post(
            "restatement", self.closed, (SUBCONTRACT, HAVEN, line, by), (OWED, HAVEN, None, -by)
        )
        return ""

    # Time (rules 34, 37)

    def accrue(self, whose: int, month: int, line: int, amount: Decimal) -> str:
        if month < self.closed:
            return "is closed"
        if ("accrual", whose, month, line, amount) not in self.timed:
            self.timed.add(("accrual", whose, month, line, amount))
            made = self.post("accrual", month, (OTHER, whose, line, amount), (ACCRUED, whose, None, -amount))
            self.reversal(made, month + 1)
        return ""

    def prepay(self, whose: int, month: int, over: int, line: int, amount: Decimal) -> str:
        if month < self.closed:
            return "is closed"
        pence = int(amount * 100)
        if pence < over:
            return "not a penny for each month"
        if ("prepayment", whose, month, over, line, amount) not in self.timed:
            self.timed.add(("prepayment", whose, month, over, line, amount))
            self.post("prepayment", month, (OTHER, whose, line, -amount), (PREPAID, whose, None, amount))
            for by in range(over):
                part = D(pence // over + (by < pence % over)) / 100
                used = (OTHER, whose, line, part), (PREPAID, whose, None, -part)
                self.post("prepayment_used", month + 1 + by, *used)
        return ""

    # The pool (rules 31, 32)

    def tell(self, key: tuple, month: int, kind: str, *lines) -> str:
        if month < self.closed:
            return "is closed"
        there = self.told.get(key)
        if there and not self.is_reversed(there):
            return "" if self.journals[there - 1].lines == list(lines) else "with other figures"
        self.told[key] = self.post(kind, month, *lines)
        return ""

    def receive(self, whose: int, month: int, amount: Decimal, reference: str) -> str:
        lines = (BANK, whose, None, amount), (DUE, whose, None, -amount)
        return self.tell(("in", whose, reference), month, "contribution_received", *lines)

    def pay(self, whose: int, month: int, amount: Decimal, reference: str) -> str:
        key, lines = ("out", whose, reference), ((OWED, whose, None, amount), (BANK, whose, None, -amount))
        there = self.told.get(key)
        is_new = not there or self.is_reversed(there)
        if is_new and month >= self.closed and amount > -self.net(OWED, whose):
            return "is owed to"
        return self.tell(key, month, "payment", *lines)

    def pay_transfer(self, month: int) -> str:
        if not self.transferred and month < self.closed:
            return "is closed"
        if not self.transferred:
            self.transferred = True
            out = (TRANSFERRED, BEACON, None, D("2500.00")), (BANK, BEACON, None, D("-2500.00"))
            self.post("transfer_out", month, *out)
        return ""

    def vire(self, which: int) -> str:
        if which not in self.vired:
            if any(self.line_now(line) + D(by) < 0 for line, by in VIREMENTS[which].items()):
                return " has £"
            self.vired.append(which)
        return ""

    # The end of last year (rules 39, 42)

    def agree_underspend(self, which: int) -> str:
        if which not in self.underspends:
            if self.carried is not None:
                return "Choose a year that is not closed"
            self.underspends.append(which)
        return ""

    def close_year(self) -> str:
        if self.carried is None:
            self.carried = (
                D(UNDERSPENDS[self.underspends[-1]][1] or "0.00") if self.underspends else D("0.00")
            )
            shares = [
                (account, whose, None, amount * sign)
                for whose, amount in enumerate(RETURNED[self.carried])
                for account, sign in ((CONTRIBUTIONS, 1), (OWED, -1))
            ]
            self.post("year_end", self.closed, *shares)
        return ""

    # What each says of itself (rules 36, 40): the newest stands

    def state(self, key: tuple, *facts) -> str:
        there = self.stated.setdefault(key, [])
        if there[-1:] != [facts]:
            there.append(facts)
        return ""

    def state_vat(self, whose: int, recovers: str, since: int) -> str:
        return self.state(("vat", whose), D({"all": "100.00", "none": "0.00"}[recovers]), since)

    def say_forecast(self, whose: int, line: int, amount: Decimal) -> str:
        return self.state(("forecast", whose, line), amount)

    def confirm_own_books(self, whose: int, month: int, own: Decimal, words: str) -> str:
        if month >= JANUARY:
            return "has not ended yet"
        book = sum(
            (
                a
                for (acc, who, _, of), (debit, credit, _) in self.balances().items()
                for a in (debit, -credit)
                if (who, of) == (whose, month) and acc.startswith("5")
            ),
            D("0.00"),
        )
        if own != book and not words:
            return "Say why your own books"
        return self.state(("own books", whose, month), book, own, words)

    def close(self, month: int) -> str:
        if month < self.closed:
            return ""
        if month >= JANUARY:
            return "has not ended yet"
        if month > self.closed:
            return "is still open"
        if any((one.month, one.status) == (month, "posting") for one in self.sent):
            return "is being posted"
        self.closed += 1
        return ""
