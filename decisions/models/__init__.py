"""Proposals, the wordings they went through, where each participant stood, and what came of it."""

from decisions.models.conflict import Declaration, DeclarationVote, Interest, RollDeparture
from decisions.models.deadlock import Deadlock, Statement
from decisions.models.decision import (
    Decision,
    DecisionReview,
    Delegation,
    Ratification,
    ReservedMatter,
    ReviewPlan,
    UrgentAction,
)
from decisions.models.deliberation import Amendment, Comment, Mention
from decisions.models.meeting import AgendaItem, Attendance, Meeting, Minutes, MinutesAcceptance
from decisions.models.paper import Paper
from decisions.models.position import Objection, ObjectionSteward, Position, Spoken
from decisions.models.proposal import Attachment, Numbering, PrincipleTest, Proposal, RollEntry, Wording
from decisions.models.risk import Risk, RiskAcceptance, RiskVersion

__all__ = [
    "AgendaItem",
    "Amendment",
    "Attachment",
    "Attendance",
    "Comment",
    "Deadlock",
    "Decision",
    "DecisionReview",
    "Declaration",
    "DeclarationVote",
    "Delegation",
    "Interest",
    "Meeting",
    "Mention",
    "Minutes",
    "MinutesAcceptance",
    "Numbering",
    "Objection",
    "ObjectionSteward",
    "Paper",
    "Position",
    "PrincipleTest",
    "Proposal",
    "Ratification",
    "ReservedMatter",
    "ReviewPlan",
    "Risk",
    "RiskAcceptance",
    "RiskVersion",
    "RollDeparture",
    "RollEntry",
    "Spoken",
    "Statement",
    "UrgentAction",
    "Wording",
]
