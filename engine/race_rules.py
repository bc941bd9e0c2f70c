"""Rules file of a race: what the table holds, how it is ranked and how the season is settled.

`parse_race_rules(text)` reads the TOML text that `docs/racing.md` describes. Unknown keys are refused by name.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import EngineError
from engine.league import MatchPoints
from engine.season_rules import SettlementRules, rules_from_mapping
from engine.standings import DEFAULT_ORDER

LEAGUE_ORDER = ("points", "goal_difference", "goals_for")


@dataclass(frozen=True)
class RankSetRules:
    """Confidence sets of ranks: level, seed, draws, and `top`, of whom the set that holds the true ones is marked."""

    level: float = 0.95
    seed: int = 1
    draws: int = 10_000
    simultaneous: bool = False
    top: int | None = None


@dataclass(frozen=True)
class OddsRules:
    """Simulation of the season's end."""

    seed: int = 1
    draws: int = 1000


@dataclass(frozen=True)
class RaceRules:
    """`kind`: "scores" or "results". `columns`: the engine's name to the table's own. `bans`: "hold_place" or
    "leave_out". Without `settlement` nobody moves."""

    kind: str = "scores"
    order: tuple[str, ...] = DEFAULT_ORDER
    columns: Mapping[str, str] = field(default_factory=dict)
    points: MatchPoints = field(default_factory=MatchPoints)
    bans: str = "hold_place"
    settlement: SettlementRules | None = None
    odds: OddsRules | None = None
    rank_sets: RankSetRules | None = None


def parse_race_rules(text: str) -> RaceRules:
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
    check_keys("", data, ("kind", "order", "columns", "points", "bans", "settlement", "odds", "rank_sets"))
    kind = pick_word("kind", data.get("kind", "scores"), ("scores", "results"))
    order = data.get("order", list(LEAGUE_ORDER if kind == "results" else DEFAULT_ORDER))
    columns = data.get("columns", {})
    if not isinstance(order, list) or not order or not all(isinstance(entry, str) for entry in order):
        raise bad_value("order", order, "Give a list of column names.")
    if not isinstance(columns, dict) or not all(isinstance(entry, str) for entry in columns.values()):
        raise bad_value("columns", columns, "Give the table's own name for each column.")
    return RaceRules(
        kind=kind,
        order=tuple(order),
        columns=columns,
        points=MatchPoints(**read_numbers("points", data.get("points", {}), ("win", "draw", "loss"), float)),
        bans=pick_word("bans", data.get("bans", "hold_place"), ("hold_place", "leave_out")),
        settlement=rules_from_mapping(check_table("settlement", data["settlement"])) if "settlement" in data else None,
        odds=OddsRules(**read_numbers("odds", data["odds"], ("seed", "draws"), int)) if "odds" in data else None,
        rank_sets=_read_rank_sets(data["rank_sets"]) if "rank_sets" in data else None,
    )


def check_keys(path: str, table: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
    """Raise EngineError for a key that is not among `allowed`."""
    for key in table:
        if key not in allowed:
            raise EngineError(
                "unknown_key",
                "There is no key '%(key)s' here.",
                field=f"{path}.{key}" if path else key,
                remedy="Use one of: %(allowed)s.",
                params={"key": key, "allowed": ", ".join(allowed)},
            )


def check_table(path: str, value: Any) -> dict[str, Any]:
    """The value, which must be a TOML table."""
    if not isinstance(value, dict):
        raise bad_value(path, value, "Give a table.")
    return value


def read_numbers(path: str, value: Any, allowed: tuple[str, ...], kind: type) -> dict[str, Any]:
    """A table of numbers: whole ones when `kind` is int."""
    table = check_table(path, value)
    check_keys(path, table, allowed)
    accepted = (int,) if kind is int else (int, float)
    for key, number in table.items():
        if isinstance(number, bool) or not isinstance(number, accepted):
            raise bad_value(f"{path}.{key}", number, "Give a whole number." if kind is int else "Give a number.")
    return table


def pick_word(path: str, value: Any, words: tuple[str, ...]) -> str:
    """The value, which must be one of `words`."""
    if value not in words:
        raise bad_value(path, value, f"Use one of: {', '.join(words)}.")
    return str(value)


def bad_value(path: str, value: Any, remedy: str) -> EngineError:
    """The error of a value of the wrong kind."""
    return EngineError(
        "bad_value", "The value %(value)r is not understood.", field=path, remedy=remedy, params={"value": value}
    )


def _read_rank_sets(value: Any) -> RankSetRules:
    table = dict(check_table("rank_sets", value))
    simultaneous, level = table.pop("simultaneous", False), table.pop("level", 0.95)
    if not isinstance(simultaneous, bool):
        raise bad_value("rank_sets.simultaneous", simultaneous, "Give true or false.")
    read_numbers("rank_sets", {"level": level}, ("level",), float)
    whole = read_numbers("rank_sets", table, ("seed", "draws", "top"), int)
    return RankSetRules(simultaneous=simultaneous, level=level, **whole)
