"""The tracks of a season as data: who races in each, split how, by which rules.

    plan = read_plan({"order": [...], "settlement": {...}, "tracks": [{"key": "league", "levels": 3, ...}]})
    plan.as_mapping()      # what is stored; `read_plan` reads it back
    plan.tracks()          # the tracks that it makes, one per level and part

Without `tracks` everybody races in one. `docs/racing.md` lists the keys.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput
from common.languages import in_both
from engine.season_rules import NONE, SettlementRules
from providers.enums import Category, ProviderType, Region
from scoring.seasons.enums import Bans, Newcomers
from scoring.seasons.models import MAIN_TRACK
from scoring.seasons.policies import TrackRules, read_rules

GROUPS = {"provider_type": ProviderType, "category": Category, "region": Region}
WHO = {"provider_types": ProviderType, "categories": Category, "regions": Region}
MOST_LEVELS, LEAST_COHORT = 9, 2
KEYS = {
    "key",
    "name_zh",
    "name_en",
    "who",
    "split_by",
    "levels",
    "cohort_most",
    "leads_to",
    "order",
    "settlement",
    "odds",
}


@dataclass(frozen=True)
class Who:
    """Who may race: an empty list lets everybody in."""

    provider_types: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    newcomers: str = Newcomers.TOO

    def admits(self, *, provider_type: str, category: str, region: str, newcomer: bool) -> bool:
        """Whether a provider of these traits belongs here."""
        pairs = ((self.provider_types, provider_type), (self.categories, category), (self.regions, region))
        fits = all(not wanted or value in wanted for wanted, value in pairs)
        return fits and (self.newcomers == Newcomers.TOO or (self.newcomers == Newcomers.ONLY) == newcomer)

    def as_mapping(self) -> dict[str, Any]:
        """Plain values."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


@dataclass(frozen=True)
class PlannedTrack:
    """A track to be written: one level of one ladder."""

    key: str
    ladder: str
    level: int | None
    levels: int
    name_zh: str
    name_en: str
    who: Who
    cohort_most: int | None
    leads_to: str
    rules: TrackRules


@dataclass(frozen=True)
class TrackPlan:
    """One entry of the plan."""

    key: str
    name_zh: str
    name_en: str
    rules: TrackRules
    who: Who = Who()
    split_by: str = ""
    levels: int = 1
    cohort_most: int | None = None
    leads_to: str = ""

    def as_mapping(self) -> dict[str, Any]:
        """Plain values for storage."""
        plain = {name: getattr(self, name) for name in ("key", "name_zh", "name_en", "split_by", "levels", "leads_to")}
        return {**plain, "cohort_most": self.cohort_most, "who": self.who.as_mapping(), **self.rules.as_mapping()}

    def tracks(self) -> list[PlannedTrack]:
        """Every part, in every level."""
        return [self._track(part, level) for part in self._parts() for level in range(1, self.levels + 1)]

    def _parts(self) -> list["TrackPlan"]:
        if not self.split_by:
            return [self]
        name = next(field for field, choices in WHO.items() if choices is GROUPS[self.split_by])
        wanted = getattr(self.who, name) or GROUPS[self.split_by].values
        return [
            replace(
                self,
                key=f"{self.key}-{value}",
                name_zh=f"{self.name_zh} · {label['zh']}",
                name_en=f"{self.name_en}, {label['en']}",
                who=read_who({**self.who.as_mapping(), name: [value]}),
            )
            for value in wanted
            for label in [in_both(GROUPS[self.split_by](value).label)]
        ]

    def _track(self, part: "TrackPlan", level: int) -> PlannedTrack:
        many = self.levels > 1
        key = f"{part.key}-{level}" if many else part.key
        return PlannedTrack(
            key=key,
            ladder=part.key,
            level=level if many else None,
            levels=self.levels,
            name_zh=f"{part.name_zh} · {level} 级" if many else part.name_zh,
            name_en=f"{part.name_en}, level {level}" if many else part.name_en,
            who=part.who,
            cohort_most=self.cohort_most,
            leads_to=self.leads_to,
            rules=replace(self.rules, settlement=_of_level(self.rules.settlement, key, level, self.levels)),
        )


@dataclass(frozen=True)
class Plan:
    """All tracks of a season, and the rules that they share."""

    rules: TrackRules
    entries: tuple[TrackPlan, ...]
    bans: Bans = Bans.HOLD_PLACE

    def as_mapping(self) -> dict[str, Any]:
        """Plain values for storage; a plan of the one default track has no `tracks`."""
        plain = {**self.rules.as_mapping(), "bans": self.bans.value}
        if self.entries == (_main(self.rules),):
            return plain
        return {**plain, "tracks": [entry.as_mapping() for entry in self.entries]}

    def tracks(self) -> list[PlannedTrack]:
        """The tracks in the order of the plan."""
        return [track for entry in self.entries for track in entry.tracks()]


def read_plan(mapping: Mapping[str, Any]) -> Plan:
    """A plan from stored or given values. Raises InvalidInput (field `rules`) that names the fault."""
    shared = {name: value for name, value in mapping.items() if name not in ("tracks", "bans")}
    rules, bans = read_rules(shared), _read_bans(mapping.get("bans", Bans.HOLD_PLACE))
    given = mapping.get("tracks")
    if given is None:
        return Plan(rules, (_main(rules),), bans)
    if not isinstance(given, list) or not given or not all(isinstance(entry, Mapping) for entry in given):
        raise _bad(_("The tracks must be a list of tables."), _("Give at least one track, or leave the list out."))
    plan = Plan(rules, tuple(_read_track(entry, shared) for entry in given), bans)
    _check_together(plan)
    return plan


def _read_bans(given: Any) -> Bans:
    if given not in Bans.values:
        raise _bad(_("The rule of bans is not understood."), _("Use %(keys)s.") % {"keys": ", ".join(Bans.values)})
    return Bans(given)


def _main(rules: TrackRules) -> TrackPlan:
    return TrackPlan(MAIN_TRACK, "主赛道", "Main track", rules)


def _read_track(entry: Mapping[str, Any], shared: Mapping[str, Any]) -> TrackPlan:
    unknown = sorted(set(entry) - KEYS)
    if unknown:
        raise _bad(
            _("There is no rule named “%(name)s”.") % {"name": unknown[0]},
            _("Use %(keys)s.") % {"keys": ", ".join(sorted(KEYS))},
        )
    key = str(entry.get("key", ""))
    if not key.isascii() or not key.replace("_", "").isalnum() or len(key) > 20:
        raise _bad(_("A track needs a key."), _("Use up to 20 small letters, digits and underscores."))
    name_zh, name_en = str(entry.get("name_zh", "")).strip(), str(entry.get("name_en", "")).strip()
    if not name_zh or not name_en:
        raise _bad(_("The track %(key)s needs its names.") % {"key": key}, _("Give name_zh and name_en."))
    split_by, cohort_most = entry.get("split_by", ""), entry.get("cohort_most")
    if split_by not in ("", *GROUPS):
        raise _bad(_("A track cannot be split by that."), _("Use %(keys)s.") % {"keys": ", ".join(GROUPS)})
    if cohort_most is not None:
        cohort_most = _whole("cohort_most", cohort_most, LEAST_COHORT, 100_000)
    return TrackPlan(
        key=key,
        name_zh=name_zh,
        name_en=name_en,
        rules=read_rules(
            {**shared, **{name: entry[name] for name in ("order", "settlement", "odds") if name in entry}}
        ),
        who=read_who(entry.get("who", {})),
        split_by=split_by,
        levels=_whole("levels", entry.get("levels", 1), 1, MOST_LEVELS),
        cohort_most=cohort_most,
        leads_to=str(entry.get("leads_to", "")),
    )


def read_who(given: Any) -> Who:
    """Who may race, from plain values; raises InvalidInput."""
    if not isinstance(given, Mapping) or set(given) - {*WHO, "newcomers"}:
        raise _bad(_("Who races is not understood."), _("Use %(keys)s.") % {"keys": ", ".join([*WHO, "newcomers"])})
    values: dict[str, Any] = {"newcomers": given.get("newcomers", Newcomers.TOO)}
    allowed = {"newcomers": Newcomers, **WHO}
    for name in WHO:
        values[name] = tuple(given.get(name, ()))
    for name, choices in allowed.items():
        chosen = values[name] if name in WHO else (values[name],)
        if set(chosen) - set(choices.values):
            raise _bad(
                _("“%(name)s” has a value that does not exist.") % {"name": name},
                _("Use %(keys)s.") % {"keys": ", ".join(choices.values)},
            )
    return Who(**values)


def _check_together(plan: Plan) -> None:
    """What no entry can know alone: keys are unique, and a newcomers' track leads to a ladder that exists."""
    keys = [track.key for track in plan.tracks()]
    if len(set(keys)) != len(keys):
        raise _bad(_("Two tracks have the same key."), _("Give each its own key."))
    ladders = {entry.key for entry in plan.entries if entry.levels > 1 and not entry.split_by}
    for entry in plan.entries:
        if entry.leads_to and (entry.leads_to not in ladders or entry.who.newcomers != Newcomers.ONLY):
            raise _bad(
                _("The track %(key)s leads to a place that does not exist.") % {"key": entry.key},
                _("Let a track of newcomers only lead to a track with levels that is not split."),
            )
        if entry.levels > 1 and entry.who.newcomers == Newcomers.ONLY:
            raise _bad(
                _("Newcomers hold no level yet, so their track has none."), _("Leave out levels, and use leads_to.")
            )


def _of_level(settlement: SettlementRules, key: str, level: int, levels: int) -> SettlementRules:
    """The rules of one track: its own overrides taken in; nobody rises from the top or falls from the bottom."""
    own = settlement.tracks.get(key)
    given = {} if own is None else {name: value for name, value in vars(own).items() if value is not None}
    if levels > 1 and level == 1:
        given |= {"promote": NONE, "play_off": NONE, "play_off_odds": None}
    if levels > 1 and level == levels:
        given["relegate"] = NONE
    return replace(settlement, tracks={}, **given)


def _whole(name: str, value: Any, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise _bad(
            _("The rule %(name)s is out of range.") % {"name": name},
            _("Give a whole number from %(least)s to %(most)s.") % {"least": least, "most": most},
        )
    return value


def _bad(message: Any, remedy: Any) -> InvalidInput:
    return InvalidInput(message, field="rules", remedy=remedy, code="bad_tracks")
