"""The verbs of deciding together. Each locks the proposal first, checks, changes, records, announces.

A position carries the hash of the wording that its author was shown: a wording that changed in between is never
agreed to by mistake (rules 3, 20). The seal happens in the transaction of the last assent.
"""

from decisions.services.drafting import discard_draft, draft_proposal, save_draft
from decisions.services.positions import (
    raise_objection,
    record_on_behalf,
    resolve_objection,
    take_back,
    take_position,
)
from decisions.services.putting import (
    change_wording,
    give_more_time,
    open_proposal,
    propose,
    withdraw_proposal,
)
from decisions.services.risks import RiskChanged, accept_risk, change_risk, close_risk, raise_risk
from decisions.services.sealing import seal, seal_after_hold
from decisions.services.shared import WordingChanged

__all__ = [
    "RiskChanged",
    "WordingChanged",
    "accept_risk",
    "change_risk",
    "change_wording",
    "close_risk",
    "discard_draft",
    "draft_proposal",
    "give_more_time",
    "open_proposal",
    "propose",
    "raise_objection",
    "raise_risk",
    "record_on_behalf",
    "resolve_objection",
    "save_draft",
    "seal",
    "seal_after_hold",
    "take_back",
    "take_position",
    "withdraw_proposal",
]
