"""Forms as GOV.UK draws them: every question with its label, hint and error beside it, in plain words.

`Form` and `ModelForm` are the bases of every form of the house. They give each field a sentence for each way of
getting it wrong ("Enter your reasons"), reveal questions that follow from an answer, and never use the browser's
own validation, which cannot be worded. `ConcordatRenderer` (settings.FORM_RENDERER) draws them, and the forms of
django-allauth too, from `templates/django/forms/`.
"""

from .base import Form, Group, ModelForm, PlainWords, Row, error_prefix
from .drawing import ConcordatRenderer
from .fields import MONTHS, DateInputField, MoneyField, WordsField
from .inputs import Checkboxes, NumberInput, Radios
from .wording import lower_first

__all__ = [
    "MONTHS",
    "Checkboxes",
    "ConcordatRenderer",
    "DateInputField",
    "Form",
    "Group",
    "ModelForm",
    "MoneyField",
    "NumberInput",
    "PlainWords",
    "Radios",
    "Row",
    "WordsField",
    "error_prefix",
    "lower_first",
]
