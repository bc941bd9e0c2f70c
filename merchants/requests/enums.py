"""Words of a help request."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Goal(models.TextChoices):
    """What the merchant wants to reach; the first ones are stations of the growth path."""

    COLD_START = "cold_start", _("Cold start")
    FIRST_500K = "first_500k", _("First 500,000 of monthly GMV")
    FIRST_5M = "first_5m", _("First 5,000,000 of monthly GMV")
    TRANSITION = "transition", pgettext_lazy("goal", "Transition")
    PROMO_EVENT = "promo_event", _("Promo event")
    REFINED_OPERATION = "refined_operation", _("Refined operation")


class TargetMetric(models.TextChoices):
    """What the target counts. Money is in minor units; each is measured from facts since the start of the work."""

    MONTHLY_GMV = "monthly_gmv", _("GMV of the last 30 days")
    TOTAL_GMV = "total_gmv", _("GMV in total")
    ORDERS = "orders", _("Orders")
    LIVE_SESSIONS = "live_sessions", _("Live sessions")
    NEW_FANS = "new_fans", _("New followers")


MONEY_METRICS = (TargetMetric.MONTHLY_GMV, TargetMetric.TOTAL_GMV)


class BudgetModel(models.TextChoices):
    FIXED_FEE = "fixed_fee", _("Fixed fee")
    COMMISSION = "commission", _("Commission on sales")


class Mode(models.TextChoices):
    """Who chooses from the shortlist."""

    REFER_ME = "refer_me", _("Refer me: the platform invites the best fit, then the next")
    I_PICK = "i_pick", _("I pick: I choose from the shortlist")


class RequestStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Waiting for a shortlist")
    SHORTLISTED = "shortlisted", _("Shortlist ready")
    INVITED = "invited", _("Provider invited")
    ENGAGED = "engaged", _("Provider engaged")
    UNMATCHED = "unmatched", _("No provider found")
    CANCELLED = "cancelled", _("Cancelled")
