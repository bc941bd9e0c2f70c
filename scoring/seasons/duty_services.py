"""Writes about the duties that a draft season asks for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from scoring.seasons.models import Season
from scoring.seasons.plans import read_plan
from scoring.seasons.services import edit_season


def set_duties(
    *,
    season_id: int,
    duties: Mapping[str, int],
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Season:
    """Let every track of a draft ask for these duties and no others; a number of 0 leaves one out. The check of the
    version keeps what a colleague saved meanwhile.

    Raises InvalidInput (field `rules`), Conflict once the season was announced, Stale, NotPermitted, NotFound.
    """
    season = Season.objects.filter(pk=season_id).first()
    plan = read_plan(season.plan).as_mapping() if season else {}
    asked = {name: number for name, number in duties.items() if number}
    rules: dict[str, Any] = with_duties(plan, asked)
    if "tracks" in plan:
        rules["tracks"] = [with_duties(track, asked) for track in plan["tracks"]]
    expected = season.version if season and version is None else version
    return edit_season(season_id=season_id, changes={}, rules=rules, by=by, version=expected, now=now)


def with_duties(rules: Mapping[str, Any], duties: Mapping[str, int]) -> dict[str, Any]:
    """The same rules with other duties."""
    settlement = {name: value for name, value in rules.get("settlement", {}).items() if name != "duties"}
    return {**rules, "settlement": {**settlement, "duties": dict(duties)} if duties else settlement}
