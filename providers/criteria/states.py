"""The way of a criteria set. Publishing the next one retires the one in force; nobody else does."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from providers.criteria.enums import SetStatus as S

CRITERIA_SET = StateTable(
    name="criteria_set",
    states=S,
    initial=S.DRAFT,
    rows=(
        Transition(S.DRAFT, S.PUBLISHED, "publish", "criteria.publish", _("Publish"), True, "criteria.publish"),
        Transition(S.DRAFT, S.RETIRED, "discard", "criteria.edit", _("Discard"), True, "criteria.discard"),
        Transition(S.PUBLISHED, S.RETIRED, "retire", "criteria.publish", _("Retire"), False, "criteria.retire"),
    ),
)
ACTIONS_OF_PEOPLE = frozenset({"publish", "discard"})
