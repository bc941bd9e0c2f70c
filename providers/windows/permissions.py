"""Who may do what with a window in its present state; for buttons and `allowed_actions`."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.permissions import check_permission
from common.states import Transition
from providers.windows import policies
from providers.windows.models import AdmissionWindow


def check_act(user: User | AnonymousUser | None, window: AdmissionWindow, row: Transition) -> None:
    """Whether `user` may take the step `row`; None is the clock. Raises NotPermitted."""
    if user is not None:
        check_permission(user, row.permission)


def check_offer(user: User | AnonymousUser, window: AdmissionWindow, row: Transition, now: datetime) -> None:
    """`check_act` for a button; one that the window's times forbid says so beforehand."""
    check_act(user, window, row)
    policies.check_step(window, row.action, now)
