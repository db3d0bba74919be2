"""The border: what people type, before services see it."""

from learning.forms.experiments import EndExperimentForm, ExperimentForm, GateForm, RisksForm
from learning.forms.measures import (
    AnnotationForm,
    CorrectionForm,
    ManyForm,
    MeasureForm,
    ObservationForm,
    RebaseForm,
)
from learning.forms.reviews import ROWS, CallOffForm, LookForm, PrepareReviewForm, ReviewForm

__all__ = [
    "ROWS",
    "AnnotationForm",
    "CallOffForm",
    "CorrectionForm",
    "EndExperimentForm",
    "ExperimentForm",
    "GateForm",
    "LookForm",
    "ManyForm",
    "MeasureForm",
    "ObservationForm",
    "PrepareReviewForm",
    "RebaseForm",
    "ReviewForm",
    "RisksForm",
]
