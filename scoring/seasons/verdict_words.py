"""Verdicts in sentences, in the reader's language. `docs/racing.md` lists the codes."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.templatetags.paddock import number, percent
from providers.enums import Capability
from scoring.duties.enums import Duty
from scoring.seasons.enums import Outcome
from scoring.seasons.verdict_models import Verdict

Params = Mapping[str, Any]
SILENT = {("ban.none", True), ("rank.assessed", True)}


def say_verdict(verdict: Verdict) -> dict[str, Any]:
    """The outcome in a sentence, the reasons that made it, and every other condition that was judged."""
    told = [(one["deciding"], say_reason(one["code"], one["met"], one["params"])) for one in verdict.reasons]
    return {
        "outcome": say_outcome(verdict),
        "next": say_next(verdict),
        "changed": say_change(verdict),
        "deciding": [text for deciding, text in told if deciding and text],
        "others": [text for deciding, text in told if not deciding and text],
    }


def say_outcome(verdict: Verdict) -> str:
    """What the season decided."""
    sentences = {
        Outcome.PROMOTED: _("Promoted from place %(place)s with %(score)s points."),
        Outcome.PLAY_OFF: _("In the play-off band at place %(place)s with %(score)s points."),
        Outcome.STAY: _("Stays, at place %(place)s with %(score)s points."),
        Outcome.RELEGATED: _("Relegated from place %(place)s with %(score)s points."),
        Outcome.CLEARED_OUT: _("To be cleared out, at place %(place)s with %(score)s points."),
        Outcome.BANNED: _("Out of the race: suspended, cleared out or banned from the boards on the last day."),
        Outcome.NOT_RANKED: _("Not ranked: too little evidence for a score."),
    }
    text = sentences[Outcome(verdict.outcome)]
    if verdict.place is None:
        return text
    return text % {"place": number(verdict.place), "score": number(verdict.score, 1)}


def say_next(verdict: Verdict) -> str:
    """Where the provider races next; empty in a track without levels."""
    if verdict.to_level is None:
        return ""
    return _("It races in level %(level)s next season.") % {"level": number(verdict.to_level)}


def say_change(verdict: Verdict) -> str:
    """What an earlier settlement had said; empty when it said the same."""
    if not verdict.outcome_before:
        return ""
    return _("Before the settlement was repeated: %(outcome)s.") % {"outcome": verdict.get_outcome_before_display()}


def say_reason(code: str, met: bool, params: Params) -> str:
    """One condition as it was judged; empty for what goes without saying."""
    if (code, met) in SILENT:
        return ""
    return SENTENCES[code](met, params)


def _points(value: float | None) -> str:
    return _("not assessed") if value is None else number(value, 1)


def _promotion_place(met: bool, p: Params) -> str:
    if not p["places"]:
        return _("No place of this track leads up.")
    text = (
        _("Place %(place)s is among the first %(places)s, which lead up.")
        if met
        else _("Place %(place)s is not among the first %(places)s, which lead up.")
    )
    return text % {"place": number(p["place"]), "places": number(p["places"])}


def _promotion_tie(met: bool, p: Params) -> str:
    text = (
        _("Places %(place)s to %(last)s are shared, and all of them lead up.")
        if met
        else _("Places %(place)s to %(last)s are shared, and the promotion line runs through them.")
    )
    return text % {"place": number(p["place"]), "last": number(p["tied_to"])}


def _threshold(met: bool, p: Params) -> str:
    text = (
        _("The score of %(score)s reaches the %(threshold)s that rising asks for.")
        if met
        else _("The score of %(score)s does not reach the %(threshold)s that rising asks for.")
    )
    return text % {"score": number(p["score"], 1), "threshold": number(p["threshold"], 1)}


def _floor(met: bool, p: Params) -> str:
    text = (
        _("%(capability)s (%(points)s) reaches the floor of %(floor)s.")
        if met
        else _("%(capability)s (%(points)s) does not reach the floor of %(floor)s.")
    )
    label = Capability(p["capability"]).label
    return text % {"capability": label, "points": _points(p["points"]), "floor": number(p["floor"], 1)}


def _requirement(met: bool, p: Params) -> str:
    text = _("The duty “%(name)s” is done.") if met else _("The duty “%(name)s” is not done.")
    return text % {"name": p["requirement"]}


def _duty(met: bool, p: Params) -> str:
    text = (
        _("The duty “%(name)s” is done: %(done)s of the %(target)s that rising asks for.")
        if met
        else _("The duty “%(name)s” is not done: %(done)s of the %(target)s that rising asks for.")
    )
    told = text % {"name": Duty(p["duty"]).label, "done": number(p["done"]), "target": number(p["target"])}
    counted = p.get("counted")
    return told if not counted else told + _(" Counted: %(works)s.") % {"works": ", ".join(counted)}


def _odds(met: bool, p: Params) -> str:
    text = (
        _("The probability of truly standing in the promotion zone is %(odds)s, and %(least)s is enough.")
        if met
        else _("The probability of truly standing in the promotion zone is %(odds)s, and %(least)s is needed.")
    )
    return text % {"odds": percent(p["odds"] or 0.0), "least": percent(p["least"])}


def _play_off_place(met: bool, p: Params) -> str:
    text = (
        _("Place %(place)s lies in the play-off band, which reaches down to place %(last)s.")
        if met
        else _("Place %(place)s lies below the play-off band, which ends at place %(last)s.")
    )
    return text % {"place": number(p["place"]), "last": number(p["play_off_to"])}


def _relegation_place(met: bool, p: Params) -> str:
    if not p["places"]:
        return _("No place of this track leads down.")
    text = (
        _("Place %(place)s is among the last %(places)s, which lead down.")
        if met
        else _("Place %(place)s is not among the last %(places)s, which lead down.")
    )
    return text % {"place": number(p["place"]), "places": number(p["places"])}


def _relegation_tie(met: bool, p: Params) -> str:
    return _("Places %(place)s to %(last)s are shared, and the relegation line runs through them.") % {
        "place": number(p["place"]),
        "last": number(p["tied_to"]),
    }


def _below_line(met: bool, p: Params) -> str:
    text = (
        _("The score of %(score)s is below %(line)s, where relegation begins.")
        if met
        else _("The score of %(score)s is not below %(line)s, where relegation begins.")
    )
    return text % {"score": number(p["score"], 1), "line": number(p["line"], 1)}


def _newcomer(met: bool, p: Params) -> str:
    if p["days"] is None:
        return _("It is no newcomer.")
    text = (
        _("Admitted for %(days)s days: newcomers are protected for %(protected)s days only.")
        if met
        else _("Admitted for %(days)s days: newcomers are protected from relegation for %(protected)s days.")
    )
    return text % {"days": number(p["days"], 0), "protected": number(p["protected_days"])}


def _clear_out(met: bool, p: Params) -> str:
    text = ngettext(
        "Last place for %(count)s season running; %(limit)s lead to clear-out.",
        "Last place for %(count)s seasons running; %(limit)s lead to clear-out.",
        p["last_places"],
    )
    return text % {"count": number(p["last_places"]), "limit": number(p["limit"])}


def _plain(met_text: Callable[[], str], unmet_text: Callable[[], str]) -> Callable[[bool, Params], str]:
    return lambda met, _params: met_text() if met else unmet_text()


SENTENCES: dict[str, Callable[[bool, Params], str]] = {
    "ban.none": _plain(lambda: "", lambda: _("Suspended, cleared out or banned from the boards on the last day.")),
    "rank.assessed": _plain(lambda: "", lambda: _("There is no score for the last day.")),
    "promotion.place": _promotion_place,
    "promotion.no_tie": _promotion_tie,
    "promotion.entry_threshold": _threshold,
    "promotion.floor": _floor,
    "promotion.requirement": _requirement,
    "promotion.duty": _duty,
    "promotion.odds": _odds,
    "play_off.place": _play_off_place,
    "play_off.odds": _odds,
    "relegation.place": _relegation_place,
    "relegation.no_tie": _relegation_tie,
    "relegation.below_line": _below_line,
    "relegation.not_newcomer": _newcomer,
    "relegation.not_promoted_last_season": _plain(
        lambda: _("Not promoted last season, so not protected by that."),
        lambda: _("Protected from relegation: promoted last season."),
    ),
    "relegation.no_decisive_dispute": _plain(
        lambda: _("No dispute about facts of the season is open."),
        lambda: _("Protected from relegation: a dispute about facts of the season is open."),
    ),
    "relegation.not_relieved": _plain(
        lambda: "", lambda: _("Protected from relegation: an objection or appeal was upheld.")
    ),
    "clear_out.last_places": _clear_out,
}
