"""Fixed words of seasons."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from providers.enums import Capability


class SeasonStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ANNOUNCED = "announced", _("Announced")
    RUNNING = "running", _("Running")
    SETTLING = "settling", _("Settling")
    STANDSTILL = "standstill", _("Open to objections")
    FINAL = "final", _("Final")
    ARCHIVED = "archived", _("Archived")


PUBLIC_SEASONS = tuple(status for status in SeasonStatus if status != SeasonStatus.DRAFT)
CLOSED_SEASONS = (SeasonStatus.FINAL, SeasonStatus.ARCHIVED)
RACING_SEASONS = (SeasonStatus.RUNNING, SeasonStatus.SETTLING)


class NotRanked(models.TextChoices):
    """Why a provider holds no place."""

    NOT_ASSESSED = "not_assessed", _("Not assessed: too little evidence")
    EXTERNAL = "external", _("Not registered in the portal")
    SUSPENDED = "suspended", _("Suspended")
    CLEARED_OUT = "cleared_out", _("Cleared out")
    BANNED = "banned", _("Banned from the boards")


class RankMethod(models.TextChoices):
    """How a rank interval was found."""

    CONFIDENCE = "confidence", _("Confidence set")
    STABILITY = "stability", _("Stability interval")


class Newcomers(models.TextChoices):
    """Whether a track takes those who are protected as newcomers on the first day."""

    TOO = "too", _("Newcomers too")
    ONLY = "only", _("Newcomers only")
    NEVER = "never", _("No newcomers")


class DivisionCause(models.TextChoices):
    """Why a provider holds a level."""

    SEEDED = "seeded", _("Placed by score when the ladder began")
    ENTERED = "entered", _("Began in the lowest level")
    PLACED = "placed", _("Placed after the newcomers' track")
    PROMOTED = "promoted", _("Promoted")
    RELEGATED = "relegated", _("Relegated")
    CORRECTED = "corrected", _("Corrected after an appeal")


class Outcome(models.TextChoices):
    """What a season decides for a provider; the engine's words."""

    PROMOTED = "promoted", _("Promoted")
    PLAY_OFF = "play_off", _("Play-off band")
    STAY = "stay", _("Stays")
    RELEGATED = "relegated", _("Relegated")
    CLEARED_OUT = "cleared_out", _("To be cleared out")
    BANNED = "banned", _("Out of the race")
    NOT_RANKED = "not_ranked", _("Not ranked")


UNPLACED = (Outcome.BANNED, Outcome.NOT_RANKED)
SHOWN_VERDICTS = (SeasonStatus.STANDSTILL, *CLOSED_SEASONS)


class ObjectionKind(models.TextChoices):
    """Against a verdict that is not final yet, or against a final one."""

    OBJECTION = "objection", _("Objection")
    APPEAL = "appeal", _("Appeal")


class ObjectionStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("an objection", "Open")
    UPHELD = "upheld", pgettext_lazy("an objection", "Upheld")
    REJECTED = "rejected", pgettext_lazy("an objection", "Rejected")
    WITHDRAWN = "withdrawn", pgettext_lazy("an objection", "Withdrawn")


class Relief(models.TextChoices):
    """What an upheld objection does."""

    RECOUNT = "recount", _("Count again with the newest scores of the last day")
    SPARE = "spare", _("Protect this provider from relegation and clear-out")


class BoardKind(models.TextChoices):
    """What a board ranks by. The first is the season's own standing; the others are stored beside it."""

    COMPREHENSIVE = "comprehensive", _("Comprehensive")
    TRAFFIC_MARKETING = Capability.TRAFFIC_MARKETING.value, Capability.TRAFFIC_MARKETING.label
    ANCHOR_INCUBATION = Capability.ANCHOR_INCUBATION.value, Capability.ANCHOR_INCUBATION.label
    SERVICE_FULFILMENT = Capability.SERVICE_FULFILMENT.value, Capability.SERVICE_FULFILMENT.label
    SUPPLY_CHAIN = Capability.SUPPLY_CHAIN.value, Capability.SUPPLY_CHAIN.label
    LIVE_OPERATIONS = Capability.LIVE_OPERATIONS.value, Capability.LIVE_OPERATIONS.label
    RISING = "rising", pgettext_lazy("a board", "Rising")
    INCUBATION = "incubation", pgettext_lazy("a board", "Cold starts")
    BRAND = "brand", pgettext_lazy("a board", "Brand operators")
    TRADERS = "traders", pgettext_lazy("a board", "Traders")


STORED_BOARDS = tuple(kind for kind in BoardKind if kind != BoardKind.COMPREHENSIVE)
# Boards over the whole season; the others are kept by track.
SEASON_BOARDS = (BoardKind.BRAND, BoardKind.TRADERS)


class Bans(models.TextChoices):
    """What a ban from the boards does to the others; the engine's words."""

    HOLD_PLACE = "hold_place", _("The others keep their places; the banned one's stands empty")
    LEAVE_OUT = "leave_out", _("The others move up, and the banned one is out of the race")
