"""The windows of the demo world: a final list and an announcement."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from accounts.roles import Role
from demo.cast import Cast
from demo.window_steps import add_windows
from providers.admission.models import Application
from providers.admission.triage_models import Triage
from providers.criteria.definition import DEFAULT_SET
from providers.criteria.services import load_first_set
from providers.windows.models import AdmissionWindow
from providers.windows.services import load_default_windows
from tests.factories.accounts import make_staff

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


def test_one_list_is_final_and_one_window_announced(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    load_default_windows(now=NOW - timedelta(days=400))
    load_first_set(definition=DEFAULT_SET.read_text(), now=NOW - timedelta(days=400))
    roles = (Role.ADMISSION_REVIEWER, Role.PROGRAMME_MANAGER)
    cast = Cast(staff={role: make_staff(role) for role in roles}, panel=[make_staff() for _ in range(3)])
    add_windows(cast, np.random.default_rng(1), now=NOW)
    windows = dict(AdmissionWindow.objects.values_list("code", "status"))
    assert windows == {"ROLLING": "open", "BELT-1": "final", "BELT-2": "announced"}
    found = Application.objects.order_by("pk").values_list("window__code", "status")
    assert list(found) == [("BELT-1", "admitted"), ("BELT-1", "admitted"), ("BELT-1", "rejected")]
    triaged = Triage.objects.filter(application__window__code="BELT-1").values_list("created_at", flat=True)
    assert len(triaged) == 3
    assert max(triaged) < NOW
    assert AdmissionWindow.objects.get(code="BELT-1").finalised_at < NOW
