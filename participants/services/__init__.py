"""The verbs of people and organisations. Each locks, checks, changes, records, announces."""

from participants.services.agreement import (
    add_principle,
    change_settings,
    end_principle,
    extend_alliance,
    reword_principle,
)
from participants.services.founding import found_alliance
from participants.services.invitations import (
    INVITATION_LASTS,
    accept_invitation,
    hash_of,
    invite,
    withdraw_invitation,
)
from participants.services.membership import (
    admit_participant,
    note_leaving,
    readmit_participant,
    suspend_participant,
)
from participants.services.roles import (
    appoint,
    appoint_by_decision,
    end_appointment,
    end_by_decision,
    set_limit,
)

__all__ = [
    "INVITATION_LASTS",
    "accept_invitation",
    "add_principle",
    "admit_participant",
    "appoint",
    "appoint_by_decision",
    "change_settings",
    "end_appointment",
    "end_by_decision",
    "end_principle",
    "extend_alliance",
    "found_alliance",
    "hash_of",
    "invite",
    "note_leaving",
    "readmit_participant",
    "reword_principle",
    "set_limit",
    "suspend_participant",
    "withdraw_invitation",
]
