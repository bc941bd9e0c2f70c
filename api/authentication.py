"""How programs show who they are."""

from typing import Any

from rest_framework import authentication

from accounts.sign_in import check_second_factor


class TokenAuthentication(authentication.TokenAuthentication):
    """`Authorization: Token …`. A token of staff opens nothing while they lack the second factor that they need."""

    def authenticate_credentials(self, key: str) -> tuple[Any, Any]:
        user, token = super().authenticate_credentials(key)
        check_second_factor(user)
        return user, token
