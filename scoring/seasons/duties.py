"""Duties of a season: what its rules ask for, and how far each provider is, with the work that counts."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.season_rules import NONE, SettlementRules
from scoring.duties.judging import Progress, judge_providers
from scoring.seasons.models import Season, Track
from scoring.seasons.policies import read_rules

Judged = Mapping[int, Sequence[Progress]]


def targets_of(track: Track) -> dict[str, int]:
    """The duties of a track's rules with their numbers; empty when it asks for none, or nobody rises from it."""
    settlement = read_rules(track.rules).settlement
    return {} if settlement.promote == NONE else dict(sorted(settlement.duties.items()))


def judge_duties(season: Season, provider_ids: Collection[int], rules: SettlementRules) -> Judged:
    """The progress of each provider on each duty of the rules, within the days of the season."""
    return judge_providers(provider_ids, rules.duties, season.starts_on, season.ends_on)


def count_duties(judged: Judged, provider_ids: Sequence[int], rules: SettlementRules) -> dict[str, NDArray[np.float64]]:
    """How often each duty is done, one column for each, aligned with `provider_ids`."""
    done = {(pk, str(one.duty)): one.done for pk, progress in judged.items() for one in progress}
    return {name: np.array([done.get((pk, name), 0) for pk in provider_ids], dtype=np.float64) for name in rules.duties}


def name_evidence(provider_id: int, reasons: Sequence[dict[str, Any]], judged: Judged) -> None:
    """Let the reasons about duties of one provider name the work that was counted."""
    counted = {
        str(one.duty): [each.work.reference for each in one.evidence if each.counts]
        for one in judged.get(provider_id, ())
    }
    for reason in reasons:
        if reason["code"] == "promotion.duty":
            reason["params"]["counted"] = counted[reason["params"]["duty"]]
