"""What a draft of criteria would change in the next night, for everybody who is admitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from providers.conduct.signs import forecast_all, read_trends
from providers.criteria.enums import Moment, Verdict
from providers.criteria.models import CriteriaSet
from providers.criteria.selectors import Judgement, judge_providers, judge_signals
from providers.registry.models import Provider
from providers.registry.selectors import active
from providers.signals import Ids

Flags = NDArray[np.bool_]
MOST_LISTED = 500
# What happens to a provider on one criterion, the worst first: it would fail it, be watched for it, or no longer.
CHANGES = ("breaching", "entering", "cured", "leaving")


@dataclass(frozen=True)
class _Signs:
    """Of each criterion by its key: who fails it, and who shows a sign of it (fails, or is about to)."""

    failed: dict[str, Flags]
    shown: dict[str, Flags]


def try_tonight(draft: CriteriaSet, present: CriteriaSet | None, *, today: date) -> dict[str, Any]:
    """Judge every active provider by the draft and by the set in force, on the same signals, as the night does.

    `providers` is how many were judged; `before` and `after` how many of them show a sign; `counts` per criterion and
    `rows` per provider say who would breach anew (`breaching`), come under watch (`entering`), breach no longer
    (`cured`) or show no sign any more (`leaving`); `changed` counts those providers, of whom MOST_LISTED are listed,
    the worst first. Statements do not grow with the number of providers.
    """
    ids = np.array(list(active().order_by("pk").values_list("pk", flat=True)), dtype=np.int64)
    after = judge_providers(ids, today=today, moment=Moment.NIGHT, criteria_set=draft)
    judged = [after]
    if present is not None:
        judged.insert(0, judge_signals(present, ids, after.signals, moment=Moment.NIGHT))
    trends = read_trends(judged, today)
    old, new = (_read_signs(one, forecast_all(one, today, trends)) for one in (judged[0], after))
    if present is None:
        old = _Signs({}, {})
    keys = list(dict.fromkeys([*new.shown, *old.shown]))
    changes = {key: _compare(key, old, new, len(ids)) for key in keys}
    flags = np.array([[changes[key][kind] for key in keys] for kind in CHANGES]).reshape(4, len(keys), len(ids))
    return {
        "providers": len(ids),
        "before": _count_any(old, len(ids)),
        "after": _count_any(new, len(ids)),
        "changed": int(flags.any(axis=(0, 1)).sum()),
        "counts": [{"key": key, **{kind: int(changes[key][kind].sum()) for kind in CHANGES}} for key in keys],
        "rows": _list(ids, keys, flags),
    }


def _read_signs(judged: Judgement, forecasts: NDArray[np.float64]) -> _Signs:
    failed = judged.verdicts.matrix == Verdict.FAIL
    shown = failed | np.isfinite(forecasts)
    keys = [criterion.key for criterion in judged.criteria]
    return _Signs(
        {key: failed[:, at] for at, key in enumerate(keys)}, {key: shown[:, at] for at, key in enumerate(keys)}
    )


def _compare(key: str, old: _Signs, new: _Signs, size: int) -> dict[str, Flags]:
    none = np.zeros(size, dtype=np.bool_)
    failed, fails = old.failed.get(key, none), new.failed.get(key, none)
    shown, shows = old.shown.get(key, none), new.shown.get(key, none)
    return {
        "breaching": fails & ~failed,
        "entering": shows & ~shown & ~fails,
        "cured": failed & ~fails & shows,
        "leaving": shown & ~shows,
    }


def _count_any(signs: _Signs, size: int) -> int:
    return int(np.any(list(signs.shown.values()), axis=0).sum()) if signs.shown else 0


def _list(ids: Ids, keys: Sequence[str], flags: Flags) -> list[dict[str, Any]]:
    """The providers for whom something changes, the worst change first, then by age."""
    changed = np.flatnonzero(flags.any(axis=(0, 1)))
    worst = np.asarray(flags.any(axis=1))[:, changed].argmax(axis=0)
    chosen = changed[np.argsort(worst, kind="stable")][:MOST_LISTED]
    providers = Provider.objects.in_bulk(ids[chosen].tolist())
    rows = []
    for at in chosen.tolist():
        provider = providers[int(ids[at])]
        kinds = {
            kind: [keys[key] for key in np.flatnonzero(flags[n, :, at]).tolist()] for n, kind in enumerate(CHANGES)
        }
        rows.append({"provider": provider.code, "name": provider.name, **kinds})
    return rows
