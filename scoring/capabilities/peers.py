"""How far a provider stands from its peers, by capability and by metric."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from common.templatetags.paddock import number
from engine.marginal import SHARE
from engine.peers import LINES, Distances, capability_distances, metric_distances
from engine.what_if import aggregate
from providers.enums import Capability
from scoring.capabilities.arrays import Standpoint
from scoring.capabilities.words import format_value, in_language, label_of

POINTS = "points"


@dataclass(frozen=True)
class PeerRow:
    """One metric or capability against the peer group. `next_line` is the first line not reached, with its distance in
    `to_next`; both are None beyond the best tenth. Texts are in the viewer's language."""

    key: str
    label: str
    unit: str
    capability: str
    higher_is_better: bool
    value: float | None
    first_quartile: float | None
    median: float | None
    third_quartile: float | None
    best_tenth: float | None
    place: int | None
    count: int
    next_line: str
    next_value: float | None

    @property
    def to_median(self) -> float | None:
        """How far the value lies on the better side of the median; negative on the worse side."""
        return self.ahead_of(self.median)

    @property
    def to_next(self) -> float | None:
        """How much is missing to the next line."""
        ahead = self.ahead_of(self.next_value)
        return None if ahead is None else -ahead

    def ahead_of(self, line: float | None) -> float | None:
        """The distance to a line, positive on its better side."""
        if self.value is None or line is None:
            return None
        return self.value - line if self.higher_is_better else line - self.value

    @property
    def next_text(self) -> str:
        """The next line with its value, or that there is none."""
        if self.value is not None and self.next_value is None and self.count > 1:
            return _("in the best tenth")
        return f"{self.next_line} {self.format(self.next_value)}" if self.next_value is not None else "—"

    def format(self, value: float | None) -> str:
        """A value of this row as text."""
        return number(value, 1) if self.unit == POINTS else format_value(value, self.unit)

    @property
    def texts(self) -> dict[str, str]:
        """The values as people read them."""
        names = ("value", "first_quartile", "median", "third_quartile", "best_tenth")
        return {name: self.format(getattr(self, name)) for name in names}

    @property
    def gap_text(self) -> str:
        """The distance to the median with its sign."""
        gap = self.to_median
        if gap is None:
            return "—"
        text, nothing = self.format(abs(gap)), self.format(0.0)
        if self.unit == SHARE:
            text, nothing = (_("%(number)s pp") % {"number": number(100 * size, 1)} for size in (abs(gap), 0.0))
        return text if text == nothing else f"+{text}" if gap > 0 else f"−{text}"


@dataclass(frozen=True)
class PeerComparison:
    """All rows; `composite` is the score itself. `bottleneck` is the key of the weakest capability, empty for none."""

    composite: PeerRow
    capabilities: tuple[PeerRow, ...]
    metrics: tuple[PeerRow, ...]
    bottleneck: str


def compare_with_peers(standpoint: Standpoint) -> PeerComparison:
    """The provider against its peer group in the run of its card."""
    basis, row, model = standpoint.basis, standpoint.row, standpoint.basis.model
    scores = aggregate(basis, basis.points)
    peers = np.ones(len(scores.composite), dtype=np.bool_)
    parts = capability_distances(np.column_stack([scores.capability, scores.composite]), row, peers)
    names = [*(part.key for part in model.capabilities), ""]
    labels = [in_language(part.label, str(Capability(part.key).label)) for part in model.capabilities]
    rows = [
        make_row(parts, index, key=key, label=label, unit=POINTS, capability=key, higher=True)
        for index, (key, label) in enumerate(zip(names, [*labels, _("Score")], strict=True))
    ]
    found = metric_distances(basis, row)
    metrics = tuple(
        make_row(
            found,
            index,
            key=metric.key,
            label=label_of(metric),
            unit=metric.unit,
            capability=metric.capability,
            higher=metric.direction == "higher",
        )
        for index, metric in enumerate(model.metrics)
    )
    weakest = int(scores.bottleneck[row])
    return PeerComparison(rows[-1], tuple(rows[:-1]), metrics, names[weakest] if weakest >= 0 else "")


def make_row(
    distances: Distances, index: int, *, key: str, label: str, unit: str, capability: str, higher: bool
) -> PeerRow:
    """One column of the engine's distances."""
    lines = [known(value) for value in distances.lines[:, index]]
    number_of_next = int(distances.next_line[index])
    within = 0 <= number_of_next < len(LINES)
    place = known(distances.place[index])
    return PeerRow(
        key=key,
        label=label,
        unit=unit,
        capability=capability,
        higher_is_better=higher,
        value=known(distances.value[index]),
        first_quartile=lines[0],
        median=lines[1],
        third_quartile=lines[2],
        best_tenth=lines[3],
        place=None if place is None else int(place),
        count=int(distances.count[index]),
        next_line=line_names()[number_of_next] if within else "",
        next_value=lines[number_of_next] if within else None,
    )


def line_names() -> Sequence[str]:
    """The peers' lines, worst first."""
    return (_("first quartile"), _("median"), _("third quartile"), _("best tenth"))


def known(value: float) -> float | None:
    """NaN as None."""
    return None if np.isnan(value) else float(value)
