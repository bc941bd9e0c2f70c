"""Who signs in from a program, held to the same rules as the sign-in page."""

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import is_staff
from common.exceptions import InvalidInput, NotPermitted, TooMany

CODE_TYPES = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


def check_second_factor(user: User) -> None:
    """Raises NotPermitted for staff who must set up a second factor before anything else (REQUIRE_STAFF_MFA)."""
    if settings.REQUIRE_STAFF_MFA and is_staff(user) and not is_mfa_enabled(user):
        raise NotPermitted(
            _("Staff accounts need a second factor."),
            remedy=_("Sign in to the portal and set one up under Account."),
            code="second_factor_missing",
        )


def identify(request: HttpRequest, *, email: str, password: str, code: str) -> User:
    """The person with this e-mail address and password, and with this code where they have a second factor.

    Raises InvalidInput for what is wrong or missing, TooMany after too many failures, NotPermitted for whom a password
    and a code cannot identify. Failures count by account and by address, together with those of the sign-in page.
    """
    try:
        user = get_adapter(request).authenticate(request, email=email, password=password)
    except ValidationError as error:
        raise TooMany(error.messages[0], field="password", remedy=_("Wait a few minutes and try again.")) from error
    if not isinstance(user, User) or not user.is_active:
        raise InvalidInput(
            _("There is no account with this e-mail address and password."),
            field="password",
            remedy=_("Check both, or reset the password on the sign-in page."),
        )
    check_second_factor(user)
    if is_mfa_enabled(user):
        _check_code(user, code)
    return user


def _check_code(user: User, code: str) -> None:
    if not is_mfa_enabled(user, CODE_TYPES):
        raise NotPermitted(
            _("This account signs in with a security key, which a program cannot show."),
            field="code",
            remedy=_("Add an authenticator app to the account and send its code."),
        )
    form = AuthenticateForm({"code": code}, user=user)
    if not form.is_valid():
        raise InvalidInput(
            _("This account needs the code of its second factor.") if not code else form.errors["code"][0],
            field="code",
            remedy=_("Send the present code of the authenticator app, or an unused recovery code."),
        )
