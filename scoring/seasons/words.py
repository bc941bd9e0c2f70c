"""Places and rules in the viewer's language."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.templatetags.paddock import day, number, percent
from engine.season_rules import NONE, Quota, SettlementRules
from providers.enums import Capability
from scoring.duties.enums import Duty
from scoring.seasons import policies
from scoring.seasons.ban_selectors import rule_of_bans
from scoring.seasons.ban_words import say_bans_rule
from scoring.seasons.board_models import BoardRow
from scoring.seasons.models import Season, Standing
from scoring.seasons.policies import TrackRules


def say_movement(standing: Standing | BoardRow) -> str:
    """Places won or lost since the night before."""
    if standing.movement is None:
        return _("new") if standing.place is not None else "—"
    if standing.movement == 0:
        return "="
    return f"{'▲' if standing.movement > 0 else '▼'} {number(abs(standing.movement))}"


def order_words(rules: TrackRules) -> list[str]:
    """The chain of ranking keys."""
    names = {
        "lower": _("the lower end of the interval"),
        "score": _("the score"),
        "evidence": _("the number of metrics assessed"),
    }
    words = []
    for entry in rules.order:
        key, _space, direction = entry.partition(" ")
        name = names.get(key, key)
        words.append(_("%(key)s, the lower the better") % {"key": name} if direction == "asc" else name)
    return words


def say_place(standing: Standing) -> str:
    """The place, and with whom it is shared."""
    if standing.place is None:
        return str(standing.get_reason_display())
    if standing.tied_to == standing.place:
        return number(standing.place)
    return _("%(place)s, shared") % {"place": number(standing.place)}


def say_gap(points: float | None) -> str:
    """A distance to a line in points, unsigned."""
    return "" if points is None else number(abs(points), 1)


def say_promotion(standing: Standing) -> str:
    """On which side of the promotion line."""
    if standing.to_promotion is None:
        return ""
    if standing.to_promotion <= 0:
        return _("points inside the places that lead up")
    return _("points missing to the places that lead up")


def say_relegation(standing: Standing) -> str:
    """On which side of the relegation line."""
    if standing.above_relegation is None:
        return ""
    if standing.above_relegation <= 0:
        return _("points inside the places that lead down")
    return _("points above the places that lead down")


def say_ranked(count: int) -> str:
    """Among how many."""
    return ngettext("of %(shown)s ranked provider", "of %(shown)s ranked providers", count) % {"shown": number(count)}


def describe_pinned(season: Season) -> list[tuple[str, str]]:
    """What a season's digest covers, as names and values; empty before the announcement."""
    if not season.pinned:  # announced when the digest alone was kept
        return []
    model = season.pinned["model"]
    terms = policies.terms_of(season)
    named = {"notice_days": _("Rules public before the start"), "settlement_lag_days": _("Late data taken for")}
    named |= {"objection_days": _("Objections taken for"), "appeal_days": _("Appeals taken for")}
    return [
        (_("Scoring model"), f"{model['key']} {model['version']}"),
        (_("Days"), f"{day(season.starts_on)} – {day(season.ends_on)}"),
        *[
            (name, ngettext("%(days)s day", "%(days)s days", terms[key]) % {"days": terms[key]})
            for key, name in named.items()
            if key in season.pinned.get("terms", {})  # an older season pinned fewer
        ],
        (_("Bans"), say_bans_rule(rule_of_bans(season))),
        (
            _("Tracks"),
            _("%(count)s, with who races, ranking keys, quotas and protections")
            % {"count": number(len(season.pinned["tracks"]))},
        ),
    ]


def describe_track(rules: TrackRules) -> dict[str, str | list[str]]:
    """What a page says of a track's rules."""
    settlement = rules.settlement
    return {
        "order": order_words(rules),
        "promotion": say_move(settlement.promote, say_threshold(settlement)),
        "floors": say_floors(settlement),
        "duties": "" if settlement.promote == NONE else say_duties(settlement),
        "play_off": "" if settlement.play_off == NONE else say_quota(settlement.play_off),
        "relegation": say_move(settlement.relegate, say_factor(settlement)),
        "protection": say_protections(settlement),
        "clear_out": say_clear_out(settlement),
    }


def say_move(quota: Quota, condition: str) -> str:
    """A quota with what else is asked; nobody moves where it opens no place."""
    return say_quota(quota) if quota == NONE else join_rule(say_quota(quota), condition)


def say_floors(settlement: SettlementRules) -> str:
    """The least points of a capability for promotion."""
    floors = [f"{Capability(name).label} {number(least, 1)}" for name, least in settlement.floors.items()]
    return _(", ").join(floors)


def say_duties(settlement: SettlementRules) -> str:
    """What a provider must have done for promotion, and how many times."""
    duties = [
        _("%(duty)s: at least %(target)s") % {"duty": Duty(name).label, "target": number(target)}
        for name, target in settlement.duties.items()
    ]
    return _("; ").join(duties)


def say_protections(settlement: SettlementRules) -> str:
    """Who does not fall."""
    words = [_("newcomers for %(days)s days") % {"days": number(settlement.newcomer_days)}]
    if settlement.protect_promoted:
        words.append(_("who was promoted last season"))
    if settlement.protect_disputed:
        words.append(_("who has an open dispute about facts of the season"))
    return _("; ").join(words)


def say_clear_out(settlement: SettlementRules) -> str:
    """After how many last places a provider leaves."""
    if settlement.clear_out_after is None:
        return ""
    seasons = settlement.clear_out_after
    return ngettext(
        "after the last place in %(count)s season", "after the last place in %(count)s seasons running", seasons
    ) % {"count": number(seasons)}


def say_quota(quota: Quota) -> str:
    """How many places a quota opens."""
    if quota == NONE:
        return _("nobody")
    words = []
    if quota.share is not None:
        words.append(_("%(share)s of the ranked") % {"share": percent(quota.share)})
    if quota.count is not None:
        words.append(_("at most %(count)s places") % {"count": number(quota.count)})
    return _(", ").join(words)


def say_threshold(settlement: SettlementRules) -> str:
    """From how many points one may rise."""
    if settlement.entry_threshold is None:
        return ""
    return _("from %(points)s points") % {"points": number(settlement.entry_threshold)}


def say_factor(settlement: SettlementRules) -> str:
    """Below how many points one may fall."""
    if settlement.entry_threshold is None:
        return ""
    points = number(settlement.entry_threshold * settlement.relegation_factor, 1)
    return _("and only below %(points)s points") % {"points": points}


def join_rule(*parts: str) -> str:
    """Parts of one rule in one line."""
    return _(", ").join(part for part in parts if part)
