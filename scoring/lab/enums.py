"""Fixed words of the rule lab."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Variation(models.TextChoices):
    """How the Monte Carlo draws weights."""

    RELATIVE = "relative", _("Each weight up or down by at most so much")
    DIRICHLET = "dirichlet", _("Dirichlet around the weights")


class MoveKind(models.TextChoices):
    """How a provider fares, for filtering."""

    UP = "up", _("Moves up")
    DOWN = "down", _("Moves down")
    SAME = "same", _("Keeps its place")
    GAINED = "gained", _("Newly assessed")
    LOST = "lost", _("No longer assessed")
    NEITHER = "neither", _("Not assessed by either")
