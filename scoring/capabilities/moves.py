"""Why did I move: the difference of two scorecards, by metric, and in sentences."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from django.utils.translation import gettext as _

from common.templatetags.paddock import day, number
from engine.model import Metric
from providers.enums import Capability
from scoring.capabilities.models import Scorecard
from scoring.capabilities.words import format_change, in_language, label_of

WORTH_TELLING = 0.05
SENTENCES = 4
MINUS = "−"


@dataclass(frozen=True)
class MetricMove:
    """What one metric did to the composite. Values and normalised values are None where it was not assessed."""

    key: str
    label: str
    unit: str
    capability: str
    before: float | None
    after: float | None
    normalised_before: float | None
    normalised_after: float | None
    points: float
    higher_is_better: bool

    @property
    def before_text(self) -> str:
        return format_change(self.before, self.after, self.unit)[0]

    @property
    def after_text(self) -> str:
        return format_change(self.before, self.after, self.unit)[1]


@dataclass(frozen=True)
class CapabilityMove:
    """What one capability did to the composite: the sum of its metrics."""

    key: str
    label: str
    before: float | None
    after: float | None
    points: float


@dataclass(frozen=True)
class Move:
    """`capabilities` sum to `total` together with `other` (rounding and gates); so do `metrics`. Both are empty when
    one of the two cards is not assessed."""

    before: Scorecard
    after: Scorecard
    capabilities: tuple[CapabilityMove, ...]
    metrics: tuple[MetricMove, ...]
    other: float
    total: float | None
    sentences: tuple[str, ...]


def explain_move(before: Scorecard, after: Scorecard) -> Move:
    """The move from one card to another of the same provider. Metrics are matched by key, so that the cards may come
    from two versions of the model; what only one of them has counts as 0 points in the other."""
    if not (before.is_assessed and after.is_assessed):
        return Move(before, after, (), (), 0.0, None, (say_status_change(before, after),))
    metrics = compare_metrics(before, after)
    capabilities = compare_capabilities(before, after, metrics)
    total = (after.composite or 0.0) - (before.composite or 0.0)
    other = total - sum(metric.points for metric in metrics)
    shown = shown_total(before, after) or Decimal(0)
    sentences = (say_total(before, after, shown), *say_model(before, after), *say_metrics(metrics), *say_gates(after))
    return Move(before, after, capabilities, metrics, other, total, sentences)


def compare_metrics(before: Scorecard, after: Scorecard) -> tuple[MetricMove, ...]:
    """Every metric of either card, in the later model's order."""
    old, new = ledger_by_key(before), ledger_by_key(after)
    keys = [*new, *(key for key in old if key not in new)]
    moves = []
    for key in keys:
        metric = (new.get(key) or old[key])[0]
        was, now = old.get(key), new.get(key)
        moves.append(
            MetricMove(
                key=key,
                label=label_of(metric),
                unit=metric.unit,
                capability=metric.capability,
                before=before.shrunk[was[1]] if was else None,
                after=after.shrunk[now[1]] if now else None,
                normalised_before=before.normalised[was[1]] if was else None,
                normalised_after=after.normalised[now[1]] if now else None,
                points=points_at(after, now) - points_at(before, was),
                higher_is_better=metric.direction == "higher",
            )
        )
    return tuple(moves)


def ledger_by_key(card: Scorecard) -> dict[str, tuple[Metric, int]]:
    """Metric key to the metric and its position in the ledger."""
    return {metric.key: (metric, index) for index, metric in enumerate(card.run.scoring_model.rule.metrics)}


def points_at(card: Scorecard, entry: tuple[Metric, int] | None) -> float:
    """A metric's points in the composite, 0 where it has none."""
    return (card.points[entry[1]] or 0.0) if entry else 0.0


def compare_capabilities(
    before: Scorecard, after: Scorecard, metrics: tuple[MetricMove, ...]
) -> tuple[CapabilityMove, ...]:
    """The metrics' points by capability."""
    labels = {part.key: part.label for card in (before, after) for part in card.run.scoring_model.rule.capabilities}
    return tuple(
        CapabilityMove(
            key=key,
            label=in_language(labels[key], str(Capability(key).label)),
            before=before.capability_scores[place],
            after=after.capability_scores[place],
            points=sum(metric.points for metric in metrics if metric.capability == key),
        )
        for place, key in enumerate(Capability.values)
        if key in labels
    )


def say_status_change(before: Scorecard, after: Scorecard) -> str:
    """One of the two has no score."""
    days = {"before": day(before.run.as_of), "after": day(after.run.as_of)}
    if after.is_assessed:
        return _("On %(before)s there was too little evidence for a score; on %(after)s there is one.") % days
    if before.is_assessed:
        return _("On %(before)s there was a score; on %(after)s there is too little evidence for one.") % days
    return _("There was too little evidence for a score on %(before)s and on %(after)s.") % days


def shown_total(before: Scorecard, after: Scorecard) -> Decimal | None:
    """The move between the two scores as people see them, so that it is their difference; None without both."""
    if before.composite is None or after.composite is None:
        return None
    return shown_score(after.composite) - shown_score(before.composite)


def shown_score(score: float) -> Decimal:
    """A score as `number` shows it, to one decimal."""
    return Decimal(str(score)).quantize(Decimal("0.1"), ROUND_HALF_EVEN)


def say_total(before: Scorecard, after: Scorecard, total: Decimal) -> str:
    """The first sentence."""
    words = {
        "points": number(abs(total), 1),
        "from": number(before.composite, 1),
        "to": number(after.composite, 1),
        "first": day(before.run.as_of),
        "last": day(after.run.as_of),
    }
    if before.run.as_of == after.run.as_of:
        return _("%(last)s was computed again: the score went from %(from)s to %(to)s.") % words
    if total == 0:
        return _("The score stayed at %(to)s between %(first)s and %(last)s.") % words
    if total > 0:
        return _("The score rose by %(points)s points between %(first)s and %(last)s, from %(from)s to %(to)s.") % words
    return _("The score fell by %(points)s points between %(first)s and %(last)s, from %(from)s to %(to)s.") % words


def say_model(before: Scorecard, after: Scorecard) -> list[str]:
    """A change of the rule itself is said first."""
    if before.run.scoring_model_id == after.run.scoring_model_id:
        return []
    return [
        _("The scoring model changed from version %(before)s to %(after)s.")
        % {"before": before.run.scoring_model.model_version, "after": after.run.scoring_model.model_version}
    ]


def say_metrics(metrics: tuple[MetricMove, ...]) -> list[str]:
    """The metrics that moved the score most, largest first."""
    told = sorted((move for move in metrics if abs(move.points) >= WORTH_TELLING), key=lambda move: -abs(move.points))
    return [say_metric(move) for move in told[:SENTENCES]]


def say_metric(move: MetricMove) -> str:
    """What one metric did, and whether the provider or its peers moved."""
    words = {
        "metric": move.label,
        "from": move.before_text,
        "to": move.after_text,
        "points": signed(move.points),
    }
    if move.before is None:
        return _("%(metric)s is assessed now, at %(to)s: %(points)s points.") % words
    if move.after is None:
        return _("%(metric)s is not assessed any more; its weight went to the others: %(points)s points.") % words
    change = move.after - move.before if move.higher_is_better else move.before - move.after
    if move.points > 0 and change > 0:
        return _("%(metric)s improved from %(from)s to %(to)s: %(points)s points.") % words
    if move.points < 0 and change < 0:
        return _("%(metric)s worsened from %(from)s to %(to)s: %(points)s points.") % words
    if move.points < 0:
        return _("%(metric)s did not worsen (%(from)s to %(to)s), but others moved ahead: %(points)s points.") % words
    return _("%(metric)s did not improve (%(from)s to %(to)s), but others fell behind: %(points)s points.") % words


def say_gates(after: Scorecard) -> list[str]:
    """Gates that bind now."""
    labels = {gate.key: gate.label for gate in after.run.scoring_model.rule.gates}
    return [
        _("A limit applies: %(gate)s.") % {"gate": in_language(labels[key], key)}
        for key in after.gates
        if key in labels
    ]


def signed(points: float | Decimal, decimals: int = 1) -> str:
    """Points with their sign, none for zero."""
    value = Decimal(str(points))
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return f"{sign}{number(abs(value), decimals)}"
