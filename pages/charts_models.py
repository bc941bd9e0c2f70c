"""Charts of scoring models: the preview of a metric, and weights before and after."""

from typing import Any

from django.utils.translation import gettext as _

from common.templatetags.paddock import number, percent
from engine.model import Metric
from scoring.capabilities.comparison import Comparison
from scoring.capabilities.preview import Preview, Spread
from scoring.capabilities.words import format_value, in_language

Chart = dict[str, Any]


def draw_preview(preview: Preview, metric: Metric) -> list[Chart]:
    """Raw values, values after shrinkage and clipping, and points."""
    drawn = [
        draw_spread(_("Raw values"), preview.raw, metric.unit),
        draw_spread(_("After shrinkage and clipping"), preview.shrunk, metric.unit),
        draw_spread(_("Points"), preview.normalised, ""),
    ]
    return [chart for chart in drawn if chart is not None]


def draw_spread(label: str, spread: Spread, unit: str) -> Chart | None:
    """One histogram; None of nothing."""
    if not spread.counts:
        return None
    low, middle, high = (format_value(value, unit) for value in spread.quartiles)
    spans = [
        f"{format_value(start, unit)} – {format_value(end, unit)}"
        for start, end in zip(spread.edges[:-1], spread.edges[1:], strict=True)
    ]
    return {
        "kind": "bar",
        "label": label,
        "note": _("Half of the providers lie between %(low)s and %(high)s; the middle one has %(middle)s.")
        % {"low": low, "high": high, "middle": middle},
        "no_script": True,
        "data": {
            "x": [format_value(start, unit) for start in spread.edges[:-1]],
            "series": [{"name": _("Providers"), "values": spread.counts}],
            "decimals": 0,
        },
        "head": [_("Value"), _("Providers")],
        "rows": [[span, number(count)] for span, count in zip(spans, spread.counts, strict=True)],
    }


def draw_weights(comparison: Comparison, before: str, after: str) -> Chart | None:
    """Each metric's weight in the whole by both versions; None when no weight differs."""
    changed = [weight for weight in comparison.weights if weight.is_changed]
    if not changed:
        return None
    return {
        "kind": "bar",
        "label": _("Weight in the whole score"),
        "data": {
            "x": [in_language(weight.label, weight.key) for weight in changed],
            "horizontal": True,
            "unit": "%",
            "series": [
                {"name": before, "values": [100 * (weight.before or 0) for weight in changed]},
                {"name": after, "values": [100 * (weight.after or 0) for weight in changed]},
            ],
        },
        "head": [_("Metric"), before, after],
        "rows": [
            [in_language(weight.label, weight.key), percent(weight.before, 1), percent(weight.after, 1)]
            for weight in changed
        ],
    }
