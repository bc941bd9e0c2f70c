"""What the state of models and runs allows, whoever asks."""

from datetime import date, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict, InvalidInput
from common.templatetags.paddock import day as day_text
from engine.model import ScoringModel as Rule
from providers.enums import Capability
from scoring.capabilities.enums import ModelStatus
from scoring.capabilities.models import ScoringModel

SCALE = 100.0


def check_editable(model: ScoringModel) -> None:
    """Only a draft changes."""
    if model.status == ModelStatus.DISCARDED:
        raise Conflict(_("This draft was discarded."), remedy=_("Draft a new version from it."), code="model_discarded")
    if model.status != ModelStatus.DRAFT:
        raise Conflict(
            _("This version was announced and cannot change any more."),
            remedy=_("Draft a new version from it."),
            code="model_announced",
        )


def check_fits_portal(rule: Rule) -> None:
    """The portal scores facts of providers, on a scale of 100, in its own capabilities."""
    if rule.source != "facts":
        raise InvalidInput(
            _("The portal scores facts; this model reads a table."),
            field="definition",
            remedy=_("Set source to facts."),
            code="wrong_source",
        )
    if rule.scale != SCALE:
        raise InvalidInput(
            _("Scores in the portal go from 0 to 100."), field="definition", remedy=_("Set scale to 100.")
        )
    unknown = [part.key for part in rule.capabilities if part.key not in Capability.values]
    if unknown:
        raise InvalidInput(
            _("The portal has no capability “%(key)s”.") % {"key": unknown[0]},
            field="definition",
            remedy=_("Use %(keys)s.") % {"keys": ", ".join(Capability.values)},
            code="unknown_capability",
        )


def many_affected(model: ScoringModel) -> bool | None:
    """Whether the rule lab found that many are affected by exactly this definition; None when nobody tried it."""
    if not model.is_tried or not model.affected_total:
        return None
    return (model.affected_count or 0) * 100 >= settings.MODEL_MANY_AFFECTED_PERCENT * model.affected_total


def notice_days(model: ScoringModel) -> int:
    """The least days between the announcement of a draft and the day from which it counts. Nobody gains by not trying
    it: an untried one has the longer notice."""
    return int(settings.MODEL_NOTICE_DAYS if many_affected(model) is False else settings.MODEL_LONG_NOTICE_DAYS)


def check_notice(model: ScoringModel, days: int) -> None:
    """Rules are announced `notice_days` before they count. The very first model has nobody to warn."""
    least = notice_days(model)
    if days >= least:
        return
    if days < 0 or ScoringModel.objects.filter(published_at__isnull=False).exists():
        raise InvalidInput(
            _("This version is announced at least %(days)s days before it counts.") % {"days": least},
            field="effective_from",
            remedy=_("Choose a later day.")
            if many_affected(model) is not None
            else _("Choose a later day, or try it in the rule lab: %(days)s days are enough when few are affected.")
            % {"days": settings.MODEL_NOTICE_DAYS},
            code="notice_too_short",
        )


def check_in_force(model: ScoringModel, today: date) -> None:
    """An announced version is published from the day that was announced."""
    if model.effective_from is not None and today < model.effective_from:
        raise Conflict(
            _("The notice period lasts until %(day)s.") % {"day": day_text(model.effective_from - timedelta(days=1))},
            remedy=_("Publish it on %(day)s.") % {"day": day_text(model.effective_from)},
            code="notice_running",
        )


def check_runnable(model: ScoringModel) -> None:
    """Official runs apply versions that were published; a retired one still serves the seasons that pinned it."""
    if model.published_at is None:
        raise Conflict(
            _("This version was never published."),
            field="scoring_model",
            remedy=_("Publish it, or run the version in force."),
            code="model_not_published",
        )


def check_day(as_of: date, today: date) -> None:
    """A day that has not ended cannot be scored."""
    if as_of >= today:
        raise InvalidInput(
            _("This business day has not ended yet."),
            field="as_of",
            remedy=_("Choose a day before today."),
            code="day_not_over",
        )
