"""The forms of deciding together, one module a noun."""

from decisions.forms.proposals import (
    CaseForm,
    DraftForm,
    EditDraftForm,
    MoreTimeForm,
    PositionForm,
    RegisterForm,
    ResolutionForm,
    WithdrawalForm,
    WordingForm,
)

__all__ = [
    "CaseForm",
    "DraftForm",
    "EditDraftForm",
    "MoreTimeForm",
    "PositionForm",
    "RegisterForm",
    "ResolutionForm",
    "WithdrawalForm",
    "WordingForm",
]
