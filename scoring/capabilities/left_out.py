"""What a scorecard's run left out of its provider's evidence, in words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.templatetags.paddock import number, percent
from engine.model import ScoringModel
from providers.relations.enums import Reason
from scoring.capabilities.enums import ExclusionReason
from scoring.capabilities.exclusion_models import Exclusion
from scoring.capabilities.models import Scorecard


@dataclass(frozen=True)
class LeftOut:
    """One line; amounts are those that do not count."""

    reason: str
    label: str
    sentence: str
    merchant: str
    rows: int
    orders: int
    gmv_minor: int
    counted: float | None
    grounds: tuple[str, ...]


def list_left_out(card: Scorecard) -> list[LeftOut]:
    """All exclusions of the card's provider in its run, by reason. Needs `card.run.scoring_model`; one query."""
    rule = card.run.scoring_model.rule
    rows = Exclusion.objects.filter(run_id=card.run_id, provider_id=card.provider_id).order_by("reason", "merchant")
    return [
        LeftOut(
            reason=one.reason,
            label=one.get_reason_display(),
            sentence=say_why(rule, one),
            merchant=one.merchant,
            rows=one.rows,
            orders=one.orders,
            gmv_minor=one.gmv_minor,
            counted=one.counted,
            grounds=tuple(one.grounds),
        )
        for one in rows
    ]


def say_why(rule: ScoringModel, one: Exclusion) -> str:
    """The reason in one sentence."""
    if one.reason == ExclusionReason.RELATED:
        return _(", ").join(str(Reason(ground).label) for ground in one.grounds if ground in Reason.values)
    if one.reason == ExclusionReason.SHARE:
        return _("One merchant counts for at most %(share)s; of this one %(counted)s counts.") % {
            "share": percent(rule.integrity.merchant_share),
            "counted": percent(one.counted, 1),
        }
    if one.reason == ExclusionReason.UNSETTLED:
        if rule.window.settled:
            return _("Orders and GMV of the last %(days)s days count when they are settled.") % {
                "days": number(rule.window.settlement_lag)
            }
        return _("The last %(days)s days count when they are settled.") % {"days": number(rule.window.settlement_lag)}
    return _("Taken out by a ruling; the correction stands below.")
