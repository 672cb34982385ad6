"""The one table that the doors keep for themselves."""

from __future__ import annotations

from django.db import models


class AttemptWindow(models.Model):
    """How often one caller tried one door since the window opened; see `rate_limits`."""

    key = models.CharField(max_length=64, primary_key=True)
    opened_at = models.DateTimeField()
    attempts = models.PositiveIntegerField()
