"""What a set's state and content allow, whoever asks."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict, InvalidInput
from common.refusals import refuse
from engine.errors import EngineError
from providers.criteria.enums import SetStatus
from providers.criteria.models import CriteriaSet, Criterion
from providers.criteria.rules import parse_condition
from providers.criteria.signals import SIGNAL_NAMES

MAX_CRITERIA = 60


def check_editable(criteria_set: CriteriaSet) -> None:
    """Only a draft changes; raises Conflict."""
    if criteria_set.status != SetStatus.DRAFT:
        raise Conflict(
            _("This set is no draft and cannot change any more."),
            remedy=_("Draft the next set from it."),
            code="set_fixed",
        )


def check_formula(text: str, *, field: str) -> tuple[str, ...]:
    """The signals that the condition reads; raises InvalidInput of `field` with the word at fault."""
    try:
        return parse_condition(text).columns
    except EngineError as error:
        raise refuse(error.at(""), field=field) from error


def check_criterion(criterion: Criterion) -> None:
    """Raise InvalidInput with the field at fault unless the criterion's fields, formulas and measure make sense."""
    try:
        criterion.clean_fields(exclude={"criteria_set"})
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise InvalidInput(" ".join(messages), field=field, remedy=_("Correct this field.")) from error
    if not (criterion.at_door or criterion.at_night):
        raise InvalidInput(
            _("The criterion is never judged."), field="at_door", remedy=_("Choose at least one moment.")
        )
    read = set(check_formula(criterion.pass_when, field="pass_when"))
    if criterion.fail_when:
        read |= set(check_formula(criterion.fail_when, field="fail_when"))
    check_measure(criterion, read)


def check_measure(criterion: Criterion, read: set[str]) -> None:
    """A measure comes with its limit and direction, is a known signal, and is what the formulas judge."""
    given = [bool(criterion.measure), criterion.limit is not None, bool(criterion.direction)]
    if not any(given):
        return
    if not all(given):
        field = ("measure", "limit", "direction")[given.index(False)]
        raise InvalidInput(
            _("A measure needs its limit and its direction."),
            field=field,
            remedy=_("Give measure, limit and direction, or none of them."),
        )
    if criterion.measure not in SIGNAL_NAMES:
        raise InvalidInput(
            _("“%(word)s” is not a signal.") % {"word": criterion.measure},
            field="measure",
            remedy=_("Signals are: %(names)s.") % {"names": ", ".join(SIGNAL_NAMES)},
        )
    if criterion.measure not in read:
        raise InvalidInput(
            _("The formulas do not read the measure."),
            field="measure",
            remedy=_("Use it in a formula, or leave measure, limit and direction empty."),
        )


def check_size(count: int) -> None:
    """A set holds a sensible number of criteria."""
    if count > MAX_CRITERIA:
        raise InvalidInput(
            _("A set holds at most %(most)s criteria.") % {"most": MAX_CRITERIA},
            field="criteria",
            remedy=_("Join those that belong together."),
        )


def check_publishable(criteria_set: CriteriaSet) -> None:
    """Raise Conflict unless the draft has criteria and exactly this draft was tried on the open applications."""
    if not criteria_set.criteria.exists():
        raise Conflict(_("The draft has no criteria."), remedy=_("Add at least one criterion first."), code="set_empty")
    if not criteria_set.dry_runs.filter(digest=criteria_set.digest).exists():
        raise Conflict(
            _("This draft was not tried on the open applications yet."),
            remedy=_("Try it on all open applications, look at who would be affected, then publish."),
            code="no_dry_run",
        )
