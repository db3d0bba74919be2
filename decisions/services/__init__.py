"""The verbs of deciding together. Each locks the proposal first, checks, changes, records, announces.

A position carries the hash of the wording that its author was shown: a wording that changed in between is never
agreed to by mistake (rules 3, 20). The seal happens in the transaction of the last assent.
"""

from decisions.services.attending import note_attendance, note_guests
from decisions.services.conflicts import (
    declare_conflict,
    declare_interest,
    end_interest,
    leave_for_conflict,
    leave_roll,
    report_conflict,
    vote_on_conflict,
)
from decisions.services.deadlocks import (
    declare_deadlock,
    make_statement,
    name_independent,
    record_independent,
)
from decisions.services.deciding_alone import (
    decide_alone,
    draft_alone,
    end_delegation,
    end_reserved_matter,
    grant_delegation,
    list_reserved_matter,
)
from decisions.services.deliberating import (
    comment,
    decline_amendment,
    name_steward,
    offer_amendment,
    redact_remark,
    take_back_amendment,
    take_over_amendment,
)
from decisions.services.departing import be_heard, note_departures
from decisions.services.drafting import discard_draft, draft_proposal, draft_successor, save_draft
from decisions.services.files import add_file, take_out_file
from decisions.services.meetings import (
    call_meeting,
    cancel_meeting,
    change_meeting,
    hold_meeting,
    set_agenda,
)
from decisions.services.minutes import accept_minutes, issue_minutes, settle_minutes, write_minutes
from decisions.services.papers import (
    ask_for_decision_paper,
    ask_for_minutes_paper,
    download_paper,
    draw_paper_again,
    keep_paper,
)
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
from decisions.services.ratifying import ratify, refuse_for_the_gone, refuse_to_ratify
from decisions.services.reviewing import plan_review, review_decision
from decisions.services.risks import RiskChanged, accept_risk, change_risk, close_risk, raise_risk
from decisions.services.sealing import seal, seal_after_hold
from decisions.services.shared import WordingChanged
from decisions.services.urgent import report_urgent_action, take_urgent_action

__all__ = [
    "RiskChanged",
    "WordingChanged",
    "accept_minutes",
    "accept_risk",
    "add_file",
    "ask_for_decision_paper",
    "ask_for_minutes_paper",
    "be_heard",
    "call_meeting",
    "cancel_meeting",
    "change_meeting",
    "change_risk",
    "change_wording",
    "close_risk",
    "comment",
    "decide_alone",
    "declare_conflict",
    "declare_deadlock",
    "declare_interest",
    "decline_amendment",
    "discard_draft",
    "download_paper",
    "draft_alone",
    "draft_proposal",
    "draft_successor",
    "draw_paper_again",
    "end_delegation",
    "end_interest",
    "end_reserved_matter",
    "give_more_time",
    "grant_delegation",
    "hold_meeting",
    "issue_minutes",
    "keep_paper",
    "leave_for_conflict",
    "leave_roll",
    "list_reserved_matter",
    "make_statement",
    "name_independent",
    "name_steward",
    "note_attendance",
    "note_departures",
    "note_guests",
    "offer_amendment",
    "open_proposal",
    "plan_review",
    "propose",
    "raise_objection",
    "raise_risk",
    "ratify",
    "record_independent",
    "record_on_behalf",
    "redact_remark",
    "refuse_for_the_gone",
    "refuse_to_ratify",
    "report_conflict",
    "report_urgent_action",
    "resolve_objection",
    "review_decision",
    "save_draft",
    "seal",
    "seal_after_hold",
    "set_agenda",
    "settle_minutes",
    "take_back",
    "take_back_amendment",
    "take_out_file",
    "take_over_amendment",
    "take_position",
    "take_urgent_action",
    "vote_on_conflict",
    "withdraw_proposal",
    "write_minutes",
]
