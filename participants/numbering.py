"""Numbers that people can say: 1, 2, 3 … in each alliance."""

from django.db.models import Max, Model

from participants.models import Alliance


def next_number(model: type[Model], alliance: Alliance) -> int:
    """The next free number; holds the alliance's row until the transaction ends, so that two do not get the same."""
    Alliance.objects.select_for_update(no_key=True).get(pk=alliance.pk)
    return (model.objects.filter(alliance=alliance).aggregate(last=Max("number"))["last"] or 0) + 1
