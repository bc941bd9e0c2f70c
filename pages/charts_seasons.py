"""The charts of a season, each with its table; see templates/components/chart.html."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from common.templatetags.paddock import number
from pages.charts_scoring import Chart, interval_text
from scoring.seasons.chance_words import list_odds, name_ranks, say_ranks, say_share
from scoring.seasons.models import Standing, StandingNight
from scoring.seasons.policies import TrackRules
from scoring.seasons.words import order_words, say_place


def draw_cut_line(
    night: StandingNight, rows: Sequence[Standing], rules: TrackRules, *, own: int | None = None, odds: bool = False
) -> Chart | None:
    """The places around the lines with their intervals, and where the lines run. `own` is marked; with `odds` the table
    names those of every row. None without rows."""
    if not rows:
        return None
    head = [_("Provider"), _("Place"), _("Score"), _("Interval"), name_ranks(night)]
    shown = next((found for row in rows if (found := list_odds(row, night, rules))), []) if odds else []
    return {
        "kind": "intervals",
        "label": _("Scores with their intervals around the lines"),
        "data": {
            "rows": [
                {
                    "name": f"{number(row.place)} {row.provider.name}",
                    "value": row.score,
                    "lower": row.lower,
                    "upper": row.upper,
                    "mark": row.provider_id == own,
                }
                for row in rows
            ],
            "cuts": find_cuts(rows, rules),
        },
        "note": _("The lines compare %(key)s.") % {"key": order_words(rules)[0]},
        "head": [*head, *(one.label for one in shown)],
        "rows": [
            [
                row.provider.name,
                say_place(row),
                number(row.score, 1),
                interval_text(row.lower, row.upper),
                say_ranks(row, night),
                *(say_share(getattr(row, f"odds_{one.name}")) for one in shown),
            ]
            for row in rows
        ],
    }


def find_cuts(rows: Sequence[Standing], rules: TrackRules) -> list[dict[str, Any]]:
    """Where the promotion and the relegation line run, in the unit of the first ranking key."""
    key = rules.order[0].partition(" ")[0]
    cuts = []
    for name, field, sign in ((_("Promotion"), "to_promotion", 1), (_("Relegation"), "above_relegation", -1)):
        for row in rows:
            at, gap = getattr(row, key), getattr(row, field)
            if key in ("lower", "score") and at is not None and gap is not None:
                cuts.append({"name": name, "value": round(at + sign * gap, 6)})
                break
    return cuts
