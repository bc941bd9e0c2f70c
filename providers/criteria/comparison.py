"""What one set changes against another, criterion by criterion."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from providers.criteria.definition import changed_fields, text_of
from providers.criteria.models import Criterion
from providers.criteria.sentences import say_limit

FIELDS = {
    "kind": _("Kind"),
    "title": _("Title"),
    "text": _("Text"),
    "remedy": _("What to do"),
    "pass_when": _("Passes when"),
    "fail_when": _("Fails when"),
    "moments": _("Judged"),
    "measure": _("Measure"),
    "limit": _("Limit"),
    "direction": _("Direction"),
}


@dataclass(frozen=True)
class FieldChange:
    """One field that differs, in words."""

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One criterion: `added`, `removed`, `changed` or `same`; `criterion` is the newer one where there are two."""

    kind: str
    criterion: Criterion
    fields: tuple[FieldChange, ...] = ()


def compare_criteria(before: Sequence[Criterion], after: Sequence[Criterion]) -> list[Change]:
    """The criteria of `after` in their order, then those that it drops."""
    old = {row.key: row for row in before}
    changes = [_compare(old.get(row.key), row) for row in after]
    kept = {row.key for row in after}
    return changes + [Change("removed", row) for row in before if row.key not in kept]


def _compare(before: Criterion | None, after: Criterion) -> Change:
    if before is None:
        return Change("added", after)
    names = changed_fields(text_of(before), text_of(after))
    if not names:
        return Change("same", after)
    return Change(
        "changed",
        after,
        tuple(FieldChange(name, str(FIELDS[name]), _say(before, name), _say(after, name)) for name in names),
    )


def _say(criterion: Criterion, name: str) -> str:
    """One field's value in words; texts in both languages."""
    if name in ("title", "text", "remedy"):
        return f"{getattr(criterion, f'{name}_zh')} / {getattr(criterion, f'{name}_en')}"
    if name == "limit":
        return say_limit(criterion) or "—"
    if name == "kind":
        return str(criterion.get_kind_display())
    if name == "moments":
        return say_moments(criterion)
    return str(getattr(criterion, name)) or "—"


def say_moments(criterion: Criterion) -> str:
    """When the criterion is judged."""
    fields = [criterion._meta.get_field(name) for name in ("at_door", "at_night") if getattr(criterion, name)]
    return " · ".join(str(field.verbose_name) for field in fields)  # type: ignore[union-attr]
