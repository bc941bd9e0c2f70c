"""Which steps of a window its viewer may take now; for buttons and `allowed_actions`."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from common.states import ActionOffer, Transition
from providers.admission.window_policies import check_list
from providers.windows.models import AdmissionWindow
from providers.windows.permissions import check_offer
from providers.windows.states import WINDOW


def offer_window_actions(window: AdmissionWindow, user: User | AnonymousUser, now: datetime) -> list[ActionOffer]:
    """The window's steps, each allowed or with its reason; those that its kind never takes are left out."""

    def check(row: Transition) -> None:
        check_offer(user, window, row, now)
        check_list(window, row.action, now)

    offers = WINDOW.offer_actions(window, check)
    return [offer for offer in offers if not (window.is_rolling and offer.action == "stand_still")]
