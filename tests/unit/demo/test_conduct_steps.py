"""What the demo world shows of false claims."""

from datetime import UTC, datetime

import pytest

from accounts.roles import Role
from demo.cast import Cast
from demo.conduct_steps import report_claims
from providers.verification.models import FalseClaim
from tests.factories.accounts import make_staff

pytestmark = pytest.mark.django_db


def test_one_claim_is_confirmed_and_one_waits() -> None:
    cast = Cast(staff={Role.CONDUCT_OFFICER: make_staff(Role.CONDUCT_OFFICER)}, panel=[])
    report_claims(cast, now=datetime(2026, 6, 1, 4, tzinfo=UTC))
    assert list(FalseClaim.objects.order_by("pk").values_list("status", flat=True)) == ["confirmed", "received"]
