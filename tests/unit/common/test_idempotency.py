from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from common.exceptions import Conflict, InvalidInput
from common.idempotency import services
from common.idempotency.models import StoredResponse

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create(email="zhao@example.com")


def test_a_repeat_gets_the_first_answer(user: User) -> None:
    first = services.begin(user=user, key="k1", request_digest="d")
    assert first.status is None
    services.finish(first, status=201, body={"id": 7})
    again = services.begin(user=user, key="k1", request_digest="d")
    assert (again.pk, again.status, again.body) == (first.pk, 201, {"id": 7})


def test_while_the_first_runs_the_second_waits(user: User) -> None:
    services.begin(user=user, key="k1", request_digest="d")
    with pytest.raises(Conflict):
        services.begin(user=user, key="k1", request_digest="d")


def test_one_key_serves_one_request(user: User) -> None:
    services.finish(services.begin(user=user, key="k1", request_digest="d"), status=201, body={})
    with pytest.raises(InvalidInput) as refusal:
        services.begin(user=user, key="k1", request_digest="other")
    assert refusal.value.field == "Idempotency-Key"


def test_keys_belong_to_their_user(user: User) -> None:
    other = User.objects.create(email="qian@example.com")
    services.finish(services.begin(user=user, key="k1", request_digest="d"), status=201, body={"id": 1})
    assert services.begin(user=other, key="k1", request_digest="d").status is None


def test_abandoned_and_old_keys_are_free_again(user: User) -> None:
    services.abandon(services.begin(user=user, key="k1", request_digest="d"))
    assert services.begin(user=user, key="k1", request_digest="e").status is None
    StoredResponse.objects.update(created_at=timezone.now() - services.ABANDONED_AFTER - timedelta(seconds=1))
    assert services.begin(user=user, key="k1", request_digest="f").request_digest == "f"


@pytest.mark.parametrize("key", ["", "x" * 81])
def test_the_key_has_a_length(user: User, key: str) -> None:
    with pytest.raises(InvalidInput):
        services.begin(user=user, key=key, request_digest="d")
    assert not StoredResponse.objects.exists()
