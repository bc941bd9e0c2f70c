"""May this person review that?"""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission, has_permission
from common.exceptions import Conflict, NotPermitted
from common.states import Transition
from providers.admission.models import Application
from providers.admission.review.conflicts import check_impartial
from providers.admission.review.enums import PanelStatus
from providers.admission.review.models import Panel, Review
from providers.admission.review.panels import judged_in, panels_of


def check_review(user: User | AnonymousUser, application: Application) -> None:
    """Whether `user` may sit on a panel of this application; raises NotPermitted."""
    check_permission(user, "review.submit")
    check_impartial(user, application)


def check_take(user: User | AnonymousUser, panel: Panel) -> None:
    """`check_review`, and that the user was not on this panel before; raises NotPermitted or Conflict."""
    check_review(user, panel.application)
    if isinstance(user, User) and Review.objects.filter(panel=panel, reviewer=user).exists():
        raise Conflict(_("This reviewer had a review of this round already."), remedy=_("Take or name another one."))


def may_assign(user: User | AnonymousUser) -> bool:
    """Whether `user` may see who sits on panels that have not settled, and place people there.

    Not who reviews as well: a reviewer must not learn of the others, and could after a look take the next seat.
    """
    return has_permission(user, "review.assign") and not has_permission(user, "review.submit")


def check_assign(user: User | AnonymousUser) -> None:
    """`may_assign` as a gate; raises NotPermitted."""
    check_permission(user, "review.assign")
    if not may_assign(user):
        raise NotPermitted(
            _("You review applications yourself, so you cannot choose or see other reviewers."),
            remedy=_("Leave it to an administrator who does not review."),
        )


def check_act(user: User | AnonymousUser, review: Review, row: Transition) -> None:
    """Whether `user` may take the step `row`: with one's own review, or as whoever assigns. Raises NotPermitted."""
    if not row.permission:
        raise NotPermitted(_("The portal takes this step by itself."), remedy=_("There is nothing to do."))
    if row.action == "release":
        check_assign(user)
        return
    check_permission(user, row.permission)
    if user.pk != review.reviewer_id:
        raise NotPermitted(_("This is another person's review."), remedy=_("Open your own."))
    if row.action == "submit":
        check_impartial(user, review.panel.application)


def check_no_reviewer(user: User, application: Application) -> None:
    """Nobody who reviewed a case, in whatever round, decides on it together with others; raises NotPermitted."""
    judged = (review for panel in panels_of(application) for review in judged_in(panel))
    if any(review.reviewer_id == user.pk for review in judged):
        raise NotPermitted(
            _("You reviewed this case, so somebody else confirms this."),
            remedy=_("Leave the decision to a colleague."),
            code="reviewed",
        )


def check_decider(user: User | AnonymousUser, application: Application, *, confirms: bool = False) -> None:
    """Nobody decides on a case that they reviewed first; raises NotPermitted.

    Who was first is told once a panel has ended, for before that it would say that the other one has not finished.
    With `confirms` a decision is taken without a settled panel, and then whoever reviewed the case keeps out of it.
    """
    if not isinstance(user, User):
        return
    judged = [(panel, judged_in(panel)) for panel in panels_of(application)]
    ended = (PanelStatus.SETTLED, PanelStatus.CLOSED)
    was_first = any(rows[0].reviewer_id == user.pk for panel, rows in judged if rows and panel.status in ended)
    if was_first or (confirms and any(review.reviewer_id == user.pk for _panel, rows in judged for review in rows)):
        raise NotPermitted(
            _("You reviewed this case first, so somebody else decides.")
            if was_first
            else _("You reviewed this case, so somebody else confirms this."),
            remedy=_("Leave the decision to a colleague."),
            code="reviewed_first",
        )
