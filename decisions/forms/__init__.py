"""The forms of deciding together, one module a noun."""

from decisions.forms.case import (
    AgainstForm,
    CaseForm,
    FileForm,
    StartForm,
    StepForm,
    SuccessorForm,
    WordingForm,
)
from decisions.forms.proposals import (
    MoreTimeForm,
    PositionForm,
    ResolutionForm,
    WithdrawalForm,
)
from decisions.forms.reviews import PlanForm, ReviewForm

__all__ = [
    "AgainstForm",
    "CaseForm",
    "FileForm",
    "MoreTimeForm",
    "PlanForm",
    "PositionForm",
    "ResolutionForm",
    "ReviewForm",
    "StartForm",
    "StepForm",
    "SuccessorForm",
    "WithdrawalForm",
    "WordingForm",
]
