"""The question whose something is, asked only where there is more than one answer."""

from collections.abc import Sequence

from django import forms

from participants.models import Participant


def among(choice: forms.ModelChoiceField, participants: Sequence[Participant]) -> None:
    """One of these participants; of one alone it is no question."""
    choice.queryset = Participant.objects.filter(pk__in=[one.pk for one in participants])
    choice.empty_label = None
    if len(participants) == 1:
        choice.initial = participants[0]
        choice.widget = forms.HiddenInput()
