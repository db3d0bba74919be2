"""Finding proposals, positions and decisions. Every list begins with `visible_to(user)` (house 7)."""

from decisions.querysets.conflict import DeclarationQuerySet, InterestQuerySet
from decisions.querysets.decision import (
    DecisionQuerySet,
    RatificationQuerySet,
    RightQuerySet,
    UrgentActionQuerySet,
)
from decisions.querysets.meeting import MeetingQuerySet, MinutesQuerySet
from decisions.querysets.position import ObjectionQuerySet, PositionQuerySet
from decisions.querysets.proposal import LONG, ProposalQuerySet
from decisions.querysets.risk import RiskQuerySet
from decisions.querysets.telling import the_whole, told, within

__all__ = [
    "LONG",
    "DecisionQuerySet",
    "DeclarationQuerySet",
    "InterestQuerySet",
    "MeetingQuerySet",
    "MinutesQuerySet",
    "ObjectionQuerySet",
    "PositionQuerySet",
    "ProposalQuerySet",
    "RatificationQuerySet",
    "RightQuerySet",
    "RiskQuerySet",
    "UrgentActionQuerySet",
    "the_whole",
    "told",
    "within",
]
