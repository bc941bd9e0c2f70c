"""May this person do that with this set?"""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.exceptions import NotPermitted
from common.states import ActionOffer, Transition
from providers.criteria import policies
from providers.criteria.models import CriteriaSet
from providers.criteria.states import ACTIONS_OF_PEOPLE, CRITERIA_SET


def check_act(user: User | AnonymousUser, criteria_set: CriteriaSet, row: Transition) -> None:
    """Whether `user` may take the step `row`; nobody publishes what they edited last. Raises NotPermitted."""
    check_permission(user, row.permission)
    if row.action == "publish" and criteria_set.edited_by_id is not None and criteria_set.edited_by_id == user.pk:
        raise NotPermitted(
            _("You edited this draft last, so somebody else has to publish it."),
            remedy=_("Ask another administrator."),
            code="own_draft",
        )


def check_edit(user: User | AnonymousUser, criteria_set: CriteriaSet) -> None:
    """Whether `user` may change the set now; raises Conflict or NotPermitted."""
    policies.check_editable(criteria_set)
    check_permission(user, "criteria.edit")


def offer_actions(criteria_set: CriteriaSet, user: User | AnonymousUser) -> list[ActionOffer]:
    """What people can do with the set, each allowed or with its reason."""

    def check(row: Transition) -> None:
        check_act(user, criteria_set, row)
        if row.action == "publish":
            policies.check_publishable(criteria_set)

    offers = CRITERIA_SET.offer_actions(criteria_set, check)
    return [offer for offer in offers if offer.action in ACTIONS_OF_PEOPLE]
