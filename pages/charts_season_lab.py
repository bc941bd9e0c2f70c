"""Charts of the season lab, each with its table; None where there is nothing to draw."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from common.templatetags.paddock import number, percent

Chart = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]
STAY = 2  # the position of who stays among the verdicts


def draw_verdicts(rows: Rows) -> Chart | None:
    """Moves really and by the tried rules. Those who stay are many, so they stand in the table alone."""
    if not any(row["before"] or row["after"] for row in rows):
        return None
    moves = [row for position, row in enumerate(rows) if position != STAY]
    return {
        "kind": "bar",
        "label": _("Verdicts, really and by these rules"),
        "data": {
            "x": [row["label"] for row in moves],
            "decimals": 0,
            "series": [
                {"name": _("What really happened"), "values": [row["before"] for row in moves]},
                {"name": _("By these rules"), "values": [row["after"] for row in moves]},
            ],
        },
        "head": [_("Verdict"), _("What really happened"), _("By these rules")],
        "rows": [[row["label"], number(row["before"]), number(row["after"])] for row in rows],
    }


def draw_groups(rows: Rows) -> Chart | None:
    """Each group's share of the places beside its shares of rises and falls, by the tried rules."""
    known = [row for row in rows if row["after"]["of_field"] is not None]
    if not known:
        return None

    def shares(name: str) -> list[float | None]:
        return [None if row["after"][name] is None else round(100 * row["after"][name], 1) for row in known]

    names = {
        "of_field": _("Places"),
        "of_promoted": _("Rises"),
        "of_fallen": _("Falls and clear-outs"),
    }
    return {
        "kind": "bar",
        "label": _("Shares of each group by these rules, in per cent"),
        "data": {
            "x": [row["label"] for row in known],
            "decimals": 1,
            "unit": "%",
            "series": [{"name": label, "values": shares(name)} for name, label in names.items()],
        },
        "head": [_("Group"), *names.values()],
        "rows": [[row["label"], *(percent(row["after"][name], 1) for name in names)] for row in known],
    }
