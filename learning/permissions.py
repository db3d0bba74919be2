"""Who may do what with reviews, experiments and measures. Each rule returns the reason why not, or ""."""

from alliance.core.permissions import rule
from participants.standing import Role, standing

ONLY_READS = "You read everything here and change nothing."
CONVENES = "Only a learning lead, a system steward or somebody who speaks for a participant can do this."


def convenes(by, alliance) -> bool:
    return standing(by, alliance).has(
        Role.LEARNING_LEAD, Role.SYSTEM_STEWARD, Role.REPRESENTATIVE, Role.DEPUTY
    )


def _takes_part(by, alliance_id: int) -> str:
    return ONLY_READS if standing(by, alliance_id).only_reads else ""


def _convenes(by, alliance_id: int) -> str:
    return _takes_part(by, alliance_id) or ("" if convenes(by, alliance_id) else CONVENES)


@rule
def prepare_review(by, *, alliance) -> str:
    return _convenes(by, alliance.pk)


@rule
def write_review(by, *, review) -> str:
    """Whoever takes part in the alliance may write into a review that is being prepared."""
    return _takes_part(by, review.alliance_id)


@rule
def hold_review(by, *, review) -> str:
    return _convenes(by, review.alliance_id)


@rule
def call_off_review(by, *, review) -> str:
    return _convenes(by, review.alliance_id)


@rule
def look_at_action(by, *, action) -> str:
    """Between two reviews: whoever took it, or whoever may hold a review."""
    stands = standing(by, action.alliance_id)
    if stands.only_reads:
        return ONLY_READS
    if action.person_id == by.pk or (action.participant_id and stands.speaks_for(action.participant_id)):
        return ""
    return (
        _convenes(by, action.alliance_id)
        and f"Only {action.taken_by} or whoever may hold a review can do this."
    )


@rule
def propose_experiment(by, *, alliance) -> str:
    """Anybody in the alliance may have a good idea (rule 46)."""
    return _takes_part(by, alliance.pk)


@rule
def revise_experiment(by, *, experiment) -> str:
    if reason := _takes_part(by, experiment.alliance_id):
        return reason
    if experiment.proposed_by_id == by.pk or convenes(by, experiment.alliance_id):
        return ""
    return f"Only {experiment.proposed_by}, who proposed it, or whoever may hold a review can change it."


@rule
def tie_risks(by, *, experiment) -> str:
    return _takes_part(by, experiment.alliance_id)


@rule
def withdraw_experiment(by, *, experiment) -> str:
    if experiment.proposed_by_id == by.pk:
        return _takes_part(by, experiment.alliance_id)
    return f"Only {experiment.proposed_by}, who proposed it, can withdraw it."


@rule
def answer_gate(by, *, experiment) -> str:
    return _convenes(by, experiment.alliance_id)


@rule
def start_experiment(by, *, experiment) -> str:
    return _takes_part(by, experiment.alliance_id)


@rule
def end_experiment(by, *, experiment) -> str:
    return revise_experiment.reason(by, experiment=experiment)


@rule
def define_measure(by, *, alliance) -> str:
    return _convenes(by, alliance.pk)


@rule
def record_observations(by, *, measure) -> str:
    return _takes_part(by, measure.alliance_id)


@rule
def annotate_measure(by, *, measure) -> str:
    return _takes_part(by, measure.alliance_id)


@rule
def rebase_measure(by, *, measure) -> str:
    return _convenes(by, measure.alliance_id)
