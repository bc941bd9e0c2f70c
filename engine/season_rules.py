"""The rules by which a season is settled, as a frozen value that TOML can hold.

    rules = SettlementRules(entry_threshold=60.0, floors={"service_fulfilment": 40.0}, promote=Quota(share=0.15))
    rules = rules_from_mapping(mapping)       # `[settlement]` of a rules file, or stored JSON; strict
    rules.as_mapping()                        # the inverse, for digests and storage; keys sorted, unset values left out

`docs/racing.md` lists the keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError


@dataclass(frozen=True)
class Quota:
    """How many of the ranked may move: `count`, or `share` of them rounded down; with both, the smaller of the two."""

    share: float | None = None
    count: int | None = None

    def number_of(self, ranked: NDArray[np.int64]) -> NDArray[np.int64]:
        """Places the quota opens in tracks with `ranked` ranked rows, never more than the rows there are."""
        number = ranked.copy()
        if self.share is not None:
            # 0.15 * 20 is 2.9999999999999996 in binary; the small addend keeps an exact share exact.
            number = np.floor(self.share * ranked + 1e-9).astype(np.int64)
        if self.count is not None:
            number = np.minimum(number, self.count)
        return number


NONE = Quota(count=0)


@dataclass(frozen=True)
class TrackRules:
    """What one track sets differently; None takes the season's value."""

    promote: Quota | None = None
    relegate: Quota | None = None
    play_off: Quota | None = None
    entry_threshold: float | None = None


@dataclass(frozen=True)
class SettlementRules:
    """Rules of one season.

    `entry_threshold` is in points of the score and belongs to the level above the track; None asks for no threshold,
    neither to rise nor to stay. A provider stays when its score is at least `relegation_factor` times the threshold.
    `floors` names the least points a capability may have for promotion; `requirements` names duties that must be done
    for it, and `duties` how many times each must have been done. `promotion_odds` is the least probability of truly
    standing within the quota; `play_off_odds` sends those below the line with at least that probability to the
    play-off; `play_off` adds a number of places under the line.
    `newcomer_days` protects from relegation, and so do a promotion last season and a decisive open dispute.
    `clear_out_after` counts last places in a row, this one included. `tracks` overrides by track name.
    """

    promote: Quota = Quota(share=0.15)
    relegate: Quota = Quota(share=0.15)
    play_off: Quota = NONE
    entry_threshold: float | None = None
    relegation_factor: float = 0.9
    floors: Mapping[str, float] = field(default_factory=dict)
    requirements: tuple[str, ...] = ()
    duties: Mapping[str, int] = field(default_factory=dict)
    promotion_odds: float | None = None
    play_off_odds: float | None = None
    newcomer_days: int = 90
    protect_promoted: bool = True
    protect_disputed: bool = True
    clear_out_after: int | None = None
    tracks: Mapping[str, TrackRules] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise EngineError for a value outside its range."""
        _check_range("relegation_factor", self.relegation_factor, 0.0, 1.0)
        _check_range("promotion_odds", self.promotion_odds, 0.0, 1.0)
        _check_range("play_off_odds", self.play_off_odds, 0.0, 1.0)
        _check_range("newcomer_days", self.newcomer_days, 0, None)
        _check_range("clear_out_after", self.clear_out_after, 1, None)
        for name, target in self.duties.items():
            _check_range(f"duties.{name}", target, 1, None)
        for place, rules in [("", self), *((f"tracks.{name}.", rules) for name, rules in self.tracks.items())]:
            for name in ("promote", "relegate", "play_off"):
                quota = getattr(rules, name)
                if quota is not None:
                    _check_range(f"{place}{name}.share", quota.share, 0.0, 1.0)
                    _check_range(f"{place}{name}.count", quota.count, 0, None)

    def numbers(self, name: str, tracks: list[Any], ranked: NDArray[np.int64]) -> NDArray[np.int64]:
        """Places the quota `name` opens in each of `tracks`, which hold `ranked` ranked rows."""
        numbers: NDArray[np.int64] = getattr(self, name).number_of(ranked)
        for index, track in enumerate(tracks):
            override = self.tracks.get(str(track))
            quota = getattr(override, name) if override else None
            if quota is not None:
                numbers[index] = quota.number_of(ranked[index : index + 1])[0]
        return numbers

    def thresholds(self, tracks: list[Any]) -> NDArray[np.float64]:
        """Entry threshold of each of `tracks`; NaN where there is none."""
        values = [
            override.entry_threshold
            if (override := self.tracks.get(str(track))) and override.entry_threshold is not None
            else self.entry_threshold
            for track in tracks
        ]
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)

    def as_mapping(self) -> dict[str, Any]:
        """The rules as plain nested values that `rules_from_mapping` reads back; unset values are left out."""
        result: dict[str, Any] = {}
        for name in sorted(_FIELDS):
            value = getattr(self, name)
            if name in _QUOTAS:
                result[name] = _plain_quota(value)
            elif name == "tracks":
                if value:
                    result[name] = {track: _plain_track(value[track]) for track in sorted(value)}
            elif name == "requirements":
                result[name] = list(value)
            elif name == "floors":
                result[name] = {floor: value[floor] for floor in sorted(value)}
            elif name == "duties":
                # Left out when there is none, so that rules pinned before there were duties read the same.
                if value:
                    result[name] = {duty: value[duty] for duty in sorted(value)}
            elif value is not None:
                result[name] = value
        return result


_QUOTAS = ("promote", "relegate", "play_off")
_FIELDS = tuple(SettlementRules.__dataclass_fields__)
_NUMBERS = (
    "entry_threshold",
    "relegation_factor",
    "promotion_odds",
    "play_off_odds",
    "newcomer_days",
    "clear_out_after",
)


_REMEDIES = {dict: "Give a table.", int: "Give a whole number.", bool: "Give true or false.", str: "Give a text."}


def rules_from_mapping(mapping: Mapping[str, Any]) -> SettlementRules:
    """Read rules from nested plain values. Raises EngineError for an unknown key or a value of the wrong kind."""
    values: dict[str, Any] = {}
    for name, value in mapping.items():
        if name not in _FIELDS:
            raise _unknown_rule(name, name, _FIELDS)
        values[name] = _read_rule(name, value)
    return SettlementRules(**values)


def _read_rule(name: str, value: Any) -> Any:
    if name in _QUOTAS:
        return _read_quota(name, value)
    if name == "tracks":
        return {track: _read_track(f"tracks.{track}", part) for track, part in _expect(name, value, dict).items()}
    if name == "floors":
        return {floor: float(_number(f"floors.{floor}", least)) for floor, least in _expect(name, value, dict).items()}
    if name == "duties":
        return {duty: _expect(f"duties.{duty}", target, int) for duty, target in _expect(name, value, dict).items()}
    if name == "requirements":
        return tuple(str(_expect(name, entry, str)) for entry in _expect(name, value, list | tuple))
    if name in ("newcomer_days", "clear_out_after"):
        return _expect(name, value, int)
    return _number(name, value) if name in _NUMBERS else _expect(name, value, bool)


def _read_track(name: str, value: Any) -> TrackRules:
    allowed = tuple(TrackRules.__dataclass_fields__)
    values: dict[str, Any] = {}
    for key, part in _expect(name, value, dict).items():
        if key not in allowed:
            raise _unknown_rule(f"{name}.{key}", key, allowed)
        values[key] = _read_quota(f"{name}.{key}", part) if key in _QUOTAS else float(_number(f"{name}.{key}", part))
    return TrackRules(**values)


def _read_quota(name: str, value: Any) -> Quota:
    """A whole number is a count; a table has `share`, `count` or both."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Quota(count=value)
    table = _expect(name, value, dict)
    if not table or set(table) - {"share", "count"}:
        raise EngineError(
            "bad_quota",
            "The quota '%(rule)s' is not understood.",
            field=name,
            remedy="Write a whole number, { share = 0.15 } or { count = 3 }.",
            params={"rule": name},
        )
    share, count = table.get("share"), table.get("count")
    return Quota(
        share=None if share is None else float(_number(f"{name}.share", share)),
        count=None if count is None else _expect(f"{name}.count", count, int),
    )


def _plain_quota(quota: Quota) -> dict[str, Any]:
    return {key: value for key, value in (("count", quota.count), ("share", quota.share)) if value is not None}


def _plain_track(rules: TrackRules) -> dict[str, Any]:
    plain: dict[str, Any] = {
        name: _plain_quota(getattr(rules, name)) for name in _QUOTAS if getattr(rules, name) is not None
    }
    if rules.entry_threshold is not None:
        plain["entry_threshold"] = rules.entry_threshold
    return dict(sorted(plain.items()))


def _expect(name: str, value: Any, kind: Any) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise _bad_rule(name, value, _REMEDIES.get(kind, "Give a list."))
    return value


def _number(name: str, value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _bad_rule(name, value, "Give a number.")
    return value


def _bad_rule(name: str, value: Any, remedy: str) -> EngineError:
    return EngineError(
        "bad_rule",
        "The rule '%(rule)s' has the value %(value)s.",
        field=name,
        remedy=remedy,
        params={"rule": name, "value": value},
    )


def _unknown_rule(field: str, rule: str, allowed: tuple[str, ...]) -> EngineError:
    return EngineError(
        "unknown_rule",
        "There is no rule named '%(rule)s' here.",
        field=field,
        remedy="Use one of: %(allowed)s.",
        params={"rule": rule, "allowed": ", ".join(allowed)},
    )


def _check_range(name: str, value: float | None, least: float, most: float | None) -> None:
    if value is not None and not (least <= value <= (value if most is None else most)):
        raise EngineError(
            "rule_out_of_range",
            "The rule '%(rule)s' is %(value)s.",
            field=name,
            remedy="Give a number of at least %(least)s."
            if most is None
            else "Give a number from %(least)s to %(most)s.",
            params={"rule": name, "value": value, "least": least, "most": most},
        )
