"""May this person do that with this application?"""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.exceptions import Conflict, NotPermitted
from common.states import Transition
from providers.admission import policies
from providers.admission.models import Application
from providers.admission.review.conflicts import check_impartial
from providers.admission.review.permissions import check_decider
from providers.admission.states import CLOCK
from providers.relations.policies import check_not_intercepted

REVIEW = frozenset({"return", "admit", "reject", "uphold", "reconsider"})
APPLY = frozenset({"submit", "withdraw", "answer"})


def check_act(user: User | AnonymousUser, application: Application, row: Transition) -> None:
    """Whether `user` may take the step `row`; nobody decides on a company of their own or linked to it, nor on a case
    that they entered or reviewed first. Raises NotPermitted."""
    if row.permission == CLOCK:
        raise NotPermitted(_("The portal takes this step by itself."), remedy=_("Wait until it is due."))
    check_permission(user, row.permission, organisation_id=application.provider.organisation_id)
    if row.action in REVIEW:
        check_impartial(user, application)
        check_decider(user, application, confirms=row.action == "reject" and policies.is_definite_fail(application))
    if row.action == "uphold" and user.pk == application.decided_by_id:
        raise NotPermitted(
            _("You took the first decision, so somebody else upholds it."),
            remedy=_("Leave it to a colleague, or reconsider it."),
            code="first_decision",
        )


def check_offer(
    user: User | AnonymousUser, application: Application, row: Transition, now: datetime | None = None
) -> None:
    """`check_act` for a button; one that would be refused as incomplete says so beforehand, without the whole list."""
    now = now or timezone.now()
    check_act(user, application, row)
    policies.check_panel_settled(application, row.action)
    if row.action == "submit":
        policies.check_in_time(application, now)
        if policies.find_missing(application):
            raise Conflict(_("Something is still missing."), remedy=_("Add it first."))
    elif row.action == "answer":
        policies.check_answerable(application, now)
    elif row.action == "uphold":
        policies.check_upholdable(application, now)
    elif row.action == "admit":
        policies.check_place_left(application)
        check_not_intercepted(application.provider)


def check_edit(user: User | AnonymousUser, application: Application) -> None:
    """Whether `user` may change the content now; raises NotPermitted or Conflict."""
    policies.check_editable(application)
    check_permission(user, "application.edit", organisation_id=application.provider.organisation_id)
