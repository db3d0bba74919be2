"""What the tables of the book have in common."""

from django.conf import settings
from django.db import models


def pounds(**options) -> models.DecimalField:
    return models.DecimalField(max_digits=15, decimal_places=2, **options)


def somebody(**options) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **options)
