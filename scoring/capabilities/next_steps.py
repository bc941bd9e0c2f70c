"""The cheapest next step: what the score gains when one metric improves a little, ranked and in sentences."""

from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from common.templatetags.paddock import number
from engine.marginal import SHARE, NextSteps, capability_gains, next_steps
from engine.model import Metric
from engine.peers import LINES
from providers.enums import Capability
from scoring.capabilities.arrays import Standpoint
from scoring.capabilities.peers import known, line_names
from scoring.capabilities.words import (
    evidence_name,
    format_change,
    format_evidence,
    format_value,
    in_language,
    label_of,
)

# Gains below this do not show in a score of one decimal.
WORTH_TELLING = 0.05
SENTENCES = 3


@dataclass(frozen=True)
class StepRow:
    """One metric. `line_*` is the step to the peers' next line, `effort_*` one unit of effort; None where there is no
    such step. `sentence` tells the step to the line, beyond the last line the effort."""

    key: str
    label: str
    unit: str
    capability: str
    capability_label: str
    higher_is_better: bool
    value: float | None
    line_name: str
    line_value: float | None
    line_gain: float | None
    line_level: int | None
    effort_value: float | None
    effort_gain: float | None
    effort_text: str
    sentence: str

    @property
    def told_gain(self) -> float:
        """The gain that the sentence tells."""
        gain = self.effort_gain if self.line_value is None else self.line_gain
        return gain or 0.0

    @property
    def value_text(self) -> str:
        return format_value(self.value, self.unit)

    @property
    def line_text(self) -> str:
        return format_change(self.value, self.line_value, self.unit)[1] if self.line_value is not None else "—"

    @property
    def try_value(self) -> str:
        """The step as the what-if page takes it, a share in per cent: to the next line, else by one effort."""
        target = self.effort_value if self.line_value is None else self.line_value
        return "" if target is None else f"{target * (100 if self.unit == SHARE else 1):.6g}"

    @property
    def effort_value_text(self) -> str:
        return format_change(self.value, self.effort_value, self.unit)[1] if self.effort_value is not None else "—"


@dataclass(frozen=True)
class Bottleneck:
    """The weakest capability, and what one more point of it is worth beside one more of the strongest."""

    key: str
    label: str
    score: float
    gain: float
    sentence: str


@dataclass(frozen=True)
class StepList:
    """All metrics, the most rewarding first, with the best of them as sentences."""

    rows: tuple[StepRow, ...]
    sentences: tuple[str, ...]
    bottleneck: Bottleneck | None


def find_steps(standpoint: Standpoint) -> StepList:
    """The steps of a scorecard. A provider without a score has none, only what it needs to be assessed."""
    steps = next_steps(standpoint.basis, standpoint.row)
    rows = tuple(make_step(standpoint, steps, int(index)) for index in steps.order)
    told = [row for row in rows if row.told_gain >= WORTH_TELLING][:SENTENCES]
    told.sort(key=lambda row: -row.told_gain)
    return StepList(rows, tuple(row.sentence for row in told), find_bottleneck(standpoint))


def make_step(standpoint: Standpoint, steps: NextSteps, index: int) -> StepRow:
    """One metric's row."""
    model = standpoint.basis.model
    metric = model.metrics[index]
    part = next(part for part in model.capabilities if part.key == metric.capability)
    value, target = known(steps.distances.value[index]), known(steps.line.target[index])
    gain, level = known(steps.gain(steps.line)[index]), known(steps.line.level[index])
    line = int(steps.distances.next_line[index])
    name = line_names()[line] if 0 <= line < len(LINES) else ""
    climbs = level is not None and level > np.nan_to_num(standpoint.now.level[0], nan=np.inf)
    return StepRow(
        key=metric.key,
        label=label_of(metric),
        unit=metric.unit,
        capability=metric.capability,
        capability_label=in_language(part.label, str(Capability(part.key).label)),
        higher_is_better=metric.direction == "higher",
        value=value,
        line_name=name,
        line_value=target,
        line_gain=gain,
        line_level=int(level) if climbs and level is not None else None,
        effort_value=known(steps.effort.target[index]),
        effort_gain=known(steps.gain(steps.effort)[index]),
        effort_text=say_effort(standpoint, metric, index, known(steps.effort.target[index])),
        sentence=say_step(metric, value, target, name, gain, int(level) if climbs and level is not None else None)
        if target is not None
        else say_effort_step(metric, value, known(steps.effort.target[index]), known(steps.gain(steps.effort)[index])),
    )


def say_step(
    metric: Metric, value: float | None, target: float | None, line: str, gain: float | None, level: int | None
) -> str:
    """The step to the peers' next line; empty where there is none or nothing comes of it."""
    if target is None or gain is None:
        return ""
    texts = format_change(value, target, metric.unit)
    words = {
        "metric": label_of(metric),
        "from": texts[0],
        "to": texts[1],
        "line": line,
        "points": number(max(gain, 0.0), 1),
    }
    if gain < WORTH_TELLING:
        return _("%(metric)s at %(to)s (%(line)s of the peers) would hardly change the score.") % words
    if value is None:
        told = _(
            "If %(metric)s were assessed, at %(to)s (%(line)s of the peers), the score would rise by %(points)s points."
        )
    elif metric.direction == "higher":
        told = _(
            "If %(metric)s rose from %(from)s to %(to)s (%(line)s of the peers), the score would rise by %(points)s "
            "points."
        )
    else:
        told = _(
            "If %(metric)s fell from %(from)s to %(to)s (%(line)s of the peers), the score would rise by %(points)s "
            "points."
        )
    sentence = told % words
    if level is None:
        return sentence
    reached = _("That reaches level %(level)s.") % {"level": level}
    return f"{sentence} {reached}"


def say_effort_step(metric: Metric, value: float | None, target: float | None, gain: float | None) -> str:
    """One effort of a metric that is beyond the peers' last line; empty where nothing comes of it."""
    if target is None or gain is None or gain < WORTH_TELLING:
        return ""
    texts = format_change(value, target, metric.unit)
    words = {"metric": label_of(metric), "from": texts[0], "to": texts[1], "points": number(gain, 1)}
    if metric.direction == "higher":
        return _("If %(metric)s rose from %(from)s to %(to)s, the score would rise by %(points)s points.") % words
    return _("If %(metric)s fell from %(from)s to %(to)s, the score would rise by %(points)s points.") % words


def say_effort(standpoint: Standpoint, metric: Metric, index: int, target: float | None) -> str:
    """One effort in units that people count, where the metric is a share of its own evidence; else empty."""
    model, row = standpoint.basis.model, standpoint.row
    evidence = standpoint.basis.spell.evidence[row, index]
    counts_itself = metric.unit == SHARE and model.evidence_of(metric) == metric.denominator
    if target is None or not counts_itself or not np.isfinite(evidence):
        return ""
    moved = abs(target - standpoint.basis.raw[row, index]) * evidence
    words = {
        "count": number(moved) if moved >= 1 else number(moved, 1),
        "all": format_evidence(model, metric, float(evidence)),
        "what": evidence_name(model, metric),
    }
    if target > standpoint.basis.raw[row, index]:
        return _("%(count)s more of %(all)s (%(what)s)") % words
    return _("%(count)s fewer of %(all)s (%(what)s)") % words


def find_bottleneck(standpoint: Standpoint) -> Bottleneck | None:
    """The weakest capability; None without a score."""
    scores, model = standpoint.now, standpoint.basis.model
    weakest = int(scores.bottleneck[0])
    if weakest < 0 or np.isnan(scores.composite[0]):
        return None
    own = scores.capability[0]
    gains = capability_gains(standpoint.basis, own)
    strongest = int(np.nanargmax(own))
    labels = [in_language(part.label, str(Capability(part.key).label)) for part in model.capabilities]
    words = {
        "weakest": labels[weakest],
        "score": number(own[weakest], 1),
        "gain": number(gains[weakest], 2),
        "strongest": labels[strongest],
        "other": number(gains[strongest], 2),
    }
    sentence = (
        _("%(weakest)s is the weakest capability, at %(score)s. One point more of it adds %(gain)s to the score.")
        if weakest == strongest
        else _(
            "%(weakest)s is the weakest capability, at %(score)s. One point more of it adds %(gain)s to the score; one "
            "more of %(strongest)s, the strongest, adds %(other)s."
        )
    ) % words
    return Bottleneck(
        model.capabilities[weakest].key, labels[weakest], float(own[weakest]), float(gains[weakest]), sentence
    )
