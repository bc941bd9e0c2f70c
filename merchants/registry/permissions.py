"""May this person act on this merchant?"""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import is_staff
from common.exceptions import NotPermitted


def check_register(user: User | AnonymousUser) -> None:
    """Whoever is signed in may register a shop, except platform staff; raises NotPermitted."""
    if not isinstance(user, User) or not user.is_active:
        raise NotPermitted(_("You are not signed in."), remedy=_("Sign in and try again."))
    if is_staff(user):
        raise NotPermitted(_("Platform staff cannot own a shop."), remedy=_("Let the shop register itself."))
