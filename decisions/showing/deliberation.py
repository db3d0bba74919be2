"""Remarks, questions and amendments of a proposal, and the stewards of its objections, as its page shows them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Prefetch
from django.utils.safestring import SafeString

from alliance.core.addresses import reverse
from alliance.core.questions import Question
from alliance.core.templatetags.concordat import lines
from decisions import permissions
from decisions.lifecycle import OBJECTION, PROPOSAL
from decisions.mentions import linked
from decisions.models import Amendment, Comment, Mention, Objection, ObjectionSteward, Proposal
from participants.standing import Standing

LATEST = {"": 8, "objection": 3, "amendment": 10}  # threads in sight; the others are on a page of their own
REPLIES = 5

Key = tuple[str, int]  # ("", 0), ("objection", its id), ("amendment", its id)


@dataclass
class Thread:
    """A remark or a question with its replies; `earlier` replies are not in sight."""

    pk: int
    number: int
    is_question: bool
    author: int
    replies: list[tuple[int, int, int]] = field(default_factory=list)  # (pk, number, author)
    said: Comment | None = None
    answers: list[Comment] = field(default_factory=list)
    earlier: int = 0

    @property
    def last(self) -> int:
        return self.replies[-1][1] if self.replies else self.number

    @property
    def is_open(self) -> bool:
        """A question waits until somebody else has replied."""
        return self.is_question and all(author == self.author for _, _, author in self.replies)


@dataclass
class Talk:
    """What is said about one thing; `threads` those in sight, the latest talked in first, questions that wait above."""

    proposal: Proposal
    key: Key
    number: int  # of the objection or amendment; 0 for the proposal itself
    all_threads: list[Thread]
    why_not: str = ""  # why the reader says nothing here
    threads: list[Thread] = field(default_factory=list)
    form: object | None = None
    replying: int = 0  # the remark that the form replies to
    written: int = 0  # the remark that was just made

    @property
    def total(self) -> int:
        return sum(1 + len(one.replies) for one in self.all_threads)

    @property
    def waiting(self) -> list[Thread]:
        return [one for one in self.all_threads if one.is_open]

    @property
    def hidden(self) -> int:
        """Remarks that are not in sight."""
        return self.total - sum(1 + len(one.answers) for one in self.threads)

    @property
    def id(self) -> str:
        return f"talk-{self.key[0]}-{self.number}" if self.number else "talk"

    @property
    def url(self) -> str:
        return self.url_with()

    @property
    def say_url(self) -> str:
        return self.url_with(say=1)

    def url_with(self, **asked) -> str:
        address = reverse("decisions:conversation", args=[self.proposal.alliance.slug, self.proposal.number])
        asked = ({self.key[0]: self.number} if self.number else {}) | asked
        return f"{address}?{urlencode(asked)}" if asked else address

    @property
    def action(self) -> str:
        return self.url_with(reply=self.replying) if self.replying else self.say_url

    def show(self, threads: list[Thread]) -> "Talk":
        self.threads = threads
        return self


def panel(proposal: Proposal, standing: Standing) -> dict:
    """What `decisions/parts/deliberation.html` shows; a fixed number of queries.

    Gives each objection its `steward`, `stewards`, `why_no_steward` and `talk`, which parts/objection.html shows.
    """
    by, state = standing.person, proposal.state_now
    why_not = PROPOSAL.reason(state, "comment") or permissions.comment.reason(by, proposal=proposal)
    amendments = _amendments(proposal=proposal.pk)
    for one in amendments:
        one.proposal = proposal
    found = talks(proposal, amendments, why_not=why_not)
    for one in found.values():
        one.show(in_sight(one))
    fill(found.values(), proposal)
    objections = proposal.objections.all()
    stewards = _stewards(proposal) if objections else {}
    for one in objections:
        one.stewards_named = stewards.get(one.pk, [])
        one.steward = one.stewards_named[-1] if one.stewards_named else None
        one.why_no_steward = (
            OBJECTION.reason(one.state, "name_steward")
            or PROPOSAL.reason(state, "comment")
            or permissions.name_steward.reason(by, objection=one)
        )
        one.talk = found["objection", one.pk]
    for one in amendments:
        one.talk = found["amendment", one.pk]
    return {
        "talk": found["", 0],
        "amendments": amendments,
        "why_not_amend": PROPOSAL.reason(state, "amend")
        or permissions.offer_amendment.reason(by, proposal=proposal),
    }


def talks(proposal: Proposal, amendments: Iterable[Amendment], *, why_not: str) -> dict[Key, Talk]:
    """Everything that is said on a proposal, without its words: one query, however much it is."""
    about: dict[Key, Talk] = {("", 0): Talk(proposal, ("", 0), 0, [], why_not)}
    about |= {
        (kind, one.pk): Talk(proposal, (kind, one.pk), one.number, [], why_not)
        for kind, things in (("objection", proposal.objections.all()), ("amendment", amendments))
        for one in things
    }
    threads: dict[int, Thread] = {}
    for pk, number, parent, objection, amendment, is_question, author in _comments(proposal=proposal.pk):
        key = ("objection", objection) if objection else ("amendment", amendment) if amendment else ("", 0)
        if key not in about:  # an objection that is veiled from this reader, and what is said about it
            continue
        if parent:
            threads[parent].replies.append((pk, number, author))
            continue
        threads[pk] = Thread(pk, number, is_question, author)
        about[key].all_threads.append(threads[pk])
    for talk in about.values():
        talk.all_threads.sort(key=lambda one: one.last, reverse=True)
    return about


@Question
def _amendments(proposal: int):
    offered = Amendment.objects.filter(proposal_id=proposal)
    return offered.select_related("participant", "wording", "why", "answer", "became")


@Question
def _comments(proposal: int):
    return (
        Comment.objects.filter(proposal_id=proposal)
        .order_by("number")
        .values_list(
            "pk", "number", "parent_id", "objection_id", "amendment_id", "is_question", "written_by_id"
        )
    )


def in_sight(talk: Talk) -> list[Thread]:
    """Questions that wait and the threads that were talked in last."""
    latest = talk.all_threads[: LATEST[talk.key[0]]]
    shown = {one.pk for one in latest}
    return [one for one in talk.waiting if one.pk not in shown] + latest


def fill(shown: Iterable[Talk], proposal: Proposal, *, whole: bool = False) -> None:
    """Read the words of the threads in sight: two queries. `whole` with every reply."""
    threads = [thread for talk in shown for thread in talk.threads]
    wanted: dict[int, list[int]] = {}
    for one in threads:
        kept = one.replies if whole else one.replies[-REPLIES:]
        one.earlier = len(one.replies) - len(kept)
        wanted[one.pk] = [pk for pk, _, _ in kept]
    pks = [pk for head, replies in wanted.items() for pk in (head, *replies)]
    mentions = Prefetch("mentions", Mention.objects.select_related("person"))
    found = Comment.objects.select_related("words", "participant").prefetch_related(mentions).in_bulk(pks)
    people = reverse("participants:people", args=[proposal.alliance.slug])
    for one in found.values():
        one.html = said(one, people)
    for one in threads:
        one.said = found[one.pk]
        one.answers = [found[pk] for pk in wanted[one.pk]]


def said(comment: Comment, people_url: str) -> SafeString:
    """The words as the page shows them, the people who are named in them linked; redacted words say so."""
    html = lines(str(comment.words))
    return linked(html, [one.person for one in comment.mentions.all()], people_url)


def _stewards(proposal: Proposal) -> dict[int, list[ObjectionSteward]]:
    named = ObjectionSteward.objects.filter(objection__proposal=proposal).select_related("person", "named_by")
    found: dict[int, list[ObjectionSteward]] = {}
    for one in named.order_by("pk"):
        found.setdefault(one.objection_id, []).append(one)
    return found


def about_of(talk: Talk) -> Objection | Amendment | None:
    """The objection or amendment that is talked about."""
    kind, pk = talk.key
    things = {"objection": talk.proposal.objections, "amendment": talk.proposal.amendments}
    return next((one for one in things[kind].all() if one.pk == pk), None) if kind else None
