"""What changed between two applications, in words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from providers.admission.changes import Change, compare
from providers.admission.models import Application, CapabilityEvidence
from providers.admission.selectors import read_content
from providers.enums import Capability


@dataclass(frozen=True)
class NamedChange:
    """A change with the name of its field."""

    label: str
    change: Change


def describe_changes(before: Application | None, application: Application) -> list[NamedChange]:
    """Every field in which `application` differs from `before`, named; empty without an earlier one."""
    if before is None:
        return []
    found = compare(read_content(before), read_content(application))
    return [NamedChange(name_field(change), change) for change in found]


def name_field(change: Change) -> str:
    """The name of the field as the forms call it; of evidence with its capability."""
    if change.part == "traders":
        return _("Traders")
    if change.part == "texts":
        return str(Application._meta.get_field(change.name).verbose_name)  # type: ignore[union-attr]
    field = CapabilityEvidence._meta.get_field(change.name).verbose_name  # type: ignore[union-attr]
    return f"{Capability(change.key).label} · {field}"
