"""What a rejection may be about, and a reason as services take it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput
from common.templatetags.paddock import local_text
from providers.criteria.enums import Moment
from providers.criteria.models import Criterion
from providers.criteria.selectors import criteria_of, published_set
from providers.enums import Capability

MAX_REASONS = 12
MAX_SENTENCE = 1000

# What every submission is held to besides the criteria in force, by key.
CRITERIA: dict[str, str | Promise] = {
    "contact": _("Contact"),
    "evidence": _("Truth of the evidence"),
    "traders": _("Named traders"),
    "records": _("Records of the platform"),
}


@dataclass(frozen=True)
class Reason:
    """One reason: `criterion` is a key, `capability` one of the five; both empty for anything else."""

    sentence: str
    criterion: str = ""
    capability: str = ""


def name_subject(criterion: str, capability: str) -> str | Promise:
    """What a reason is about, in words; a criterion that is unknown by now by its key."""
    if capability:
        return Capability(capability).label
    return CRITERIA.get(criterion, criterion) if criterion else _("Other reason")


def criteria_at_the_door() -> list[Criterion]:
    """The criteria in force that are judged at the door, in their order."""
    in_force = published_set()
    return criteria_of(in_force, moment=Moment.DOOR) if in_force else []


def subject_choices() -> list[tuple[str, str | Promise]]:
    """For a select: `criterion:<key>` (of the criteria in force at the door first) and `capability:<key>`, empty for
    anything else."""
    criteria = [(f"criterion:{row.key}", local_text(row, "title")) for row in criteria_at_the_door()]
    criteria += [(f"criterion:{key}", str(label)) for key, label in CRITERIA.items()]
    capabilities = [(f"capability:{value}", label) for value, label in Capability.choices]
    return [("", _("Something else")), *criteria, *capabilities]


def check_reasons(reasons: Iterable[Reason]) -> list[Reason]:
    """The reasons with tidy sentences; raises InvalidInput (field `reasons`) unless there is one and all are sound."""
    found = [Reason(reason.sentence.strip(), reason.criterion.strip(), reason.capability) for reason in reasons]
    if not found:
        raise InvalidInput(
            _("A rejection needs a reason for each criterion that is not met, one at least."),
            field="reasons",
            remedy=_("Say what it is about and why, in a sentence that the applicant can act on."),
            code="reasons_required",
        )
    if len(found) > MAX_REASONS:
        raise InvalidInput(
            _("There are more than %(most)s reasons.") % {"most": MAX_REASONS},
            field="reasons",
            remedy=_("Keep the decisive ones."),
        )
    for reason in found:
        if not reason.sentence or len(reason.sentence) > MAX_SENTENCE:
            raise InvalidInput(
                _("A reason is empty or longer than %(most)s characters.") % {"most": MAX_SENTENCE},
                field="reasons",
                remedy=_("Write one or two sentences."),
            )
        if reason.capability and (reason.criterion or reason.capability not in Capability.values):
            raise InvalidInput(
                _("A reason is about one criterion or about one of the five capabilities."),
                field="reasons",
                remedy=_("Choose one of them, or none."),
            )
    return found
