"""What the alliance learns from: reviews, experiments and measures."""

from learning.models.experiment import Experiment, GateAnswer
from learning.models.link import RiskTouched
from learning.models.measure import Annotation, Measure, Observation, Rebase
from learning.models.review import Action, ActionLook, Answer, Attendance, Review

__all__ = [
    "Action",
    "ActionLook",
    "Annotation",
    "Answer",
    "Attendance",
    "Experiment",
    "GateAnswer",
    "Measure",
    "Observation",
    "Rebase",
    "Review",
    "RiskTouched",
]
