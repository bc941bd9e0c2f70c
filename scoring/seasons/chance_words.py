"""How sure places are, in the viewer's language: rank intervals, odds and what they mean."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.templatetags.paddock import number, percent
from engine.season_rules import NONE
from scoring.seasons.enums import RankMethod
from scoring.seasons.models import Standing, StandingNight
from scoring.seasons.policies import TrackRules
from scoring.seasons.words import order_words

SMALL = 0.01


@dataclass(frozen=True)
class Odds:
    """One outcome as a page shows it."""

    name: str
    label: str
    share: float

    @property
    def text(self) -> str:
        """In percent, with `under` and `over` where rounding would claim certainty."""
        return say_share(self.share)


def say_share(share: float | None) -> str:
    """A probability in whole percent; an em dash for none."""
    if share is None:
        return "—"
    if 0 < share < SMALL:
        return _("under %(share)s") % {"share": percent(SMALL)}
    if 1 - SMALL < share < 1:
        return _("over %(share)s") % {"share": percent(1 - SMALL)}
    return percent(share)


def say_ranks(standing: Standing, night: StandingNight) -> str:
    """The rank interval; an em dash where the night has none for this row."""
    if not night.rank_method or standing.rank_lower is None:
        return "—"
    return f"{number(standing.rank_lower)} – {number(standing.rank_upper)}"


def name_ranks(night: StandingNight) -> str:
    """What the rank interval of the night is called."""
    return str(RankMethod(night.rank_method).label) if night.rank_method else _("Rank interval")


def explain_ranks(night: StandingNight) -> str:
    """What the rank interval says; empty where there is none."""
    if not night.rank_method:
        return ""
    text = (
        _(
            "Confidence set: with %(level)s confidence the true score of a provider ranks within it. The place itself "
            "follows the ranking key, so it can lie outside."
        )
        if night.rank_method == RankMethod.CONFIDENCE
        else _(
            "Stability interval: were the facts collected again, the place would lie within it in %(level)s of the "
            "cases. The track is too large for a confidence set, which would promise more."
        )
    )
    return text % {"level": percent(night.rank_level)}


def explain_odds(night: StandingNight) -> str:
    """What the odds say and what they do not; empty where there are none."""
    if not night.rank_method:
        return ""
    return _(
        "The odds say how sure this night is. Every score was drawn again %(draws)s times within its margin of error; "
        "each time the track was ranked and the rules were applied. They do not foresee what anybody will still do. "
        "Floors, protections and bans count as they were that night."
    ) % {"draws": number(night.odds_draws)}


def list_odds(standing: Standing, night: StandingNight, rules: TrackRules) -> list[Odds]:
    """The outcomes that the rules know, each with its odds; empty where there are none."""
    if standing.odds_stay is None:
        return []
    shown = [
        ("promotion", _("Promotion"), standing.odds_promotion, night.promotion_places > 0),
        ("play_off", _("Play-off"), standing.odds_play_off, rules.settlement.play_off != NONE),
        ("stay", _("Stay"), standing.odds_stay, True),
        ("relegation", _("Relegation"), standing.odds_relegation, night.relegation_places > 0),
    ]
    return [Odds(name, label, share or 0.0) for name, label, share, known in shown if known]


def say_tie_break(standing: Standing, rules: TrackRules) -> str:
    """That a place is shared, or which later key of the chain set it apart from the one above where the keys before
    were equal; an em dash where the first key did."""
    if standing.place is not None and standing.tied_to != standing.place:
        return _("shared: equal in every key")
    keys = [entry.partition(" ")[0] for entry in rules.order]
    at = keys.index(standing.decided_by) if standing.decided_by in keys else 0
    return order_words(rules)[at] if at else "—"


def say_set_apart(standing: Standing, rules: TrackRules) -> str:
    """The same as a sentence about the own place; empty where the first key decided."""
    text = say_tie_break(standing, rules)
    if text == "—" or standing.tied_to != standing.place:
        return "" if text == "—" else text
    return _("behind the place above by %(key)s") % {"key": text}
