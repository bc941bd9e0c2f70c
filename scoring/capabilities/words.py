"""Labels and values of a model in the viewer's language."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.templatetags.paddock import money, number, percent
from engine.columns import FACT_COLUMNS
from engine.model import Label, Metric, ScoringModel
from providers.enums import Category, ProviderType, Region

COLUMN_LABELS = {column.name: Label(zh=column.zh, en=column.en) for column in FACT_COLUMNS}


def in_language(label: Label, fallback: str = "") -> str:
    """The label in the viewer's language, else in the other one, else the fallback."""
    first, second = (label.zh, label.en) if (get_language() or "").startswith("zh") else (label.en, label.zh)
    return first or second or fallback


def label_of(part: Metric) -> str:
    """A metric's name."""
    return in_language(part.label, part.key)


def format_value(value: float | None, unit: str, more: int = 0) -> str:
    """A metric's value with as many decimals as it needs, and `more`; shares in percent."""
    if value is None:
        return "—"
    if unit == "share":
        return percent(value, (2 if abs(value) < 0.1 else 1) + more)
    size = abs(value)
    return number(value, (0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 3) + more)


def format_change(before: float | None, after: float | None, unit: str) -> tuple[str, str]:
    """Two values with the decimals that tell them apart, so that none worsens from 90.4% to 90.4%."""
    if before == after:
        return (format_value(before, unit),) * 2
    for more in range(4):
        texts = format_value(before, unit, more), format_value(after, unit, more)
        if texts[0] != texts[1]:
            return texts
    return format_value(before, unit), format_value(after, unit)


def format_evidence(rule: ScoringModel, metric: Metric, count: float | None) -> str:
    """An amount of evidence: a number, money when it counts money."""
    if count is not None and rule.evidence_of(metric).strip().endswith("_minor"):
        return money(round(count))
    return number(count)


def evidence_name(rule: ScoringModel, metric: Metric) -> str:
    """What the metric's evidence counts: the column's label when it is one column."""
    label = COLUMN_LABELS.get(rule.evidence_of(metric).strip())
    return in_language(label) if label else _("units of evidence")


def peer_group_words(name: str) -> str:
    """The name of a peer group, such as `integrated | small`, part by part."""
    sizes = {"small": _("small"), "medium": _("medium size"), "large": _("large")}
    known = {**dict(ProviderType.choices), **dict(Category.choices), **dict(Region.choices), **sizes}
    parts = [part for part in name.split(" | ") if part]
    words = [str(known.get(part, _("from outside data") if part == "external" else part)) for part in parts]
    return " · ".join(words) or _("All types and sizes")


def figure_name(column: str) -> str:
    """The name of a fact column."""
    return in_language(COLUMN_LABELS[column]) if column in COLUMN_LABELS else column


def format_figure(column: str, value: int | None) -> str:
    """A value of a fact column: money when it counts money."""
    return money(value) if column.endswith("_minor") else number(value)
