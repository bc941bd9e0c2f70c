"""Rules file of a matching round: weights of the fit, how many candidates compete, tiers of load.

`parse_match_rules(text)` reads the TOML text that `docs/matching.md` describes. Unknown keys are refused by name.
"""

import tomllib
from dataclasses import dataclass, field
from typing import Any

from engine.errors import EngineError
from engine.fit import FitWeights
from engine.flow import FlowRules
from engine.race_rules import bad_value, check_keys, check_table, read_numbers


@dataclass(frozen=True)
class MatchRules:
    """`limit`: how many candidates of each request compete, the best first."""

    limit: int = 50
    weights: FitWeights = field(default_factory=FitWeights)
    flow: FlowRules = field(default_factory=FlowRules)


def parse_match_rules(text: str) -> MatchRules:
    """Read the rules from TOML. Raises EngineError for bad TOML, an unknown key or a value of the wrong kind."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EngineError(
            "bad_toml",
            "The rules are not valid TOML: %(reason)s.",
            remedy="Correct the line it names.",
            params={"reason": str(error)},
        ) from error
    check_keys("", data, ("limit", "weights", "flow"))
    limit = data.get("limit", 50)
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise bad_value("limit", limit, "Give a whole number of at least 1.")
    weights = read_numbers("weights", data.get("weights", {}), tuple(FitWeights.__dataclass_fields__), float)
    return MatchRules(limit=limit, weights=FitWeights(**weights), flow=_read_flow(data.get("flow", {})))


def _read_flow(value: Any) -> FlowRules:
    table = dict(check_table("flow", value))
    tiers = table.pop("tiers", None)
    places = table.pop("newcomer_places", None)
    numbers = read_numbers("flow", table, ("newcomer_bonus", "unmatched"), float)
    if places is not None:
        numbers |= read_numbers("flow", {"newcomer_places": places}, ("newcomer_places",), int)
    if tiers is None:
        return FlowRules(**numbers)
    if not isinstance(tiers, list) or not all(_is_tier(tier) for tier in tiers):
        raise bad_value("flow.tiers", tiers, "Give a list of [share, penalty].")
    return FlowRules(tiers=tuple((float(share), float(penalty)) for share, penalty in tiers), **numbers)


def _is_tier(tier: Any) -> bool:
    if not isinstance(tier, list) or len(tier) != 2:
        return False
    return all(isinstance(entry, int | float) and not isinstance(entry, bool) for entry in tier)
