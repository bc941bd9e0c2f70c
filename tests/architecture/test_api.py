"""What every endpoint owes."""

import pytest
from django.urls import URLPattern
from rest_framework.views import APIView

from api.base import IdempotentMixin
from tests.architecture.test_addresses import named_patterns

# Signing in is repeatable by itself and has no user to whom an answer could belong.
WITHOUT_KEYS = {"api:v1:token"}


def view_of(pattern: URLPattern) -> type[APIView]:
    callback = pattern.callback
    return getattr(callback, "cls", None) or callback.view_class


POSTS = [
    (name, pattern)
    for name, pattern in named_patterns()
    if name.startswith("api:v1:") and hasattr(view_of(pattern), "post") and name not in WITHOUT_KEYS
]


@pytest.mark.parametrize(("name", "pattern"), POSTS, ids=lambda value: value if isinstance(value, str) else "")
def test_each_post_takes_an_idempotency_key(name: str, pattern: URLPattern) -> None:
    view = view_of(pattern)
    assert issubclass(view, IdempotentMixin)
    assert view.mro().index(IdempotentMixin) < view.mro().index(APIView)
