"""Fixed words of scoring models, score runs and scorecards."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ModelStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ANNOUNCED = "announced", _("Announced")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")
    DISCARDED = "discarded", _("Discarded")


# What nobody but staff sees: not announced yet, or never.
UNSEEN_MODELS = (ModelStatus.DRAFT, ModelStatus.DISCARDED)


class RunStatus(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


OPEN_RUNS = (RunStatus.QUEUED, RunStatus.RUNNING)


class CardStatus(models.TextChoices):
    ASSESSED = "assessed", _("Assessed")
    NOT_ASSESSED = "not_assessed", _("Not assessed")


class NotAssessed(models.TextChoices):
    """Why a provider has no score."""

    NO_FACTS = "no_facts", _("No facts in the window")
    TOO_FEW_CAPABILITIES = "too_few_capabilities", _("Too few capabilities could be assessed")


class MetricReason(models.IntegerChoices):
    """Why a metric is not assessed for a provider; stored in the ledger."""

    ASSESSED = 0, _("Assessed")
    NO_DATA = 1, _("No data")
    TOO_LITTLE_EVIDENCE = 2, _("Too little evidence")
    TOO_FEW_MERCHANTS = 3, _("Too few merchants")


class ExclusionReason(models.TextChoices):
    """Why facts of a provider do not count, or not yet, or not wholly."""

    RELATED = "related", _("Related merchant")
    FAKE_ORDERS = "fake_orders", _("Orders ruled fake")
    SHARE = "share", _("Above one merchant's share")
    UNSETTLED = "unsettled", _("Not settled yet")
