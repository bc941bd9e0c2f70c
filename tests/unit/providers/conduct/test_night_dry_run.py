"""What a draft would change in the next night."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from common.jobs.models import Job
from providers.admission.triage_dry_run import try_at_door
from providers.conduct import dry_run_services
from providers.conduct.dry_run_services import begin_dry_run, run_dry_run
from providers.conduct.models import JudgementRow, WatchEntry
from providers.conduct.night_dry_run import try_tonight
from providers.criteria.measure_services import store_measures
from providers.criteria.measures import MEASURE_NAMES
from providers.registry.models import Provider
from tests.factories.accounts import make_staff
from tests.factories.criteria import make_draft, make_published_set
from tests.factories.providers import make_application, make_provider, unchanged

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 1)


def definition(limit: float, *, key: str = "refunds") -> str:
    return f"""
title = {{ zh = "条件", en = "Criteria" }}

[[criteria]]
key = "{key}"
kind = "threshold"
title = {{ zh = "退款", en = "Refunds" }}
text = {{ zh = "退款率。", en = "Refund rate." }}
remedy = {{ zh = "改进。", en = "Improve." }}
pass_when = "refund_rate_90d <= {limit}"
fail_when = "refund_rate_90d > {limit + 0.1}"
measure = "refund_rate_90d"
limit = {limit}
direction = "at_most"
"""


def measured(*rates: float) -> list[Provider]:
    """Admitted providers with these refund rates today."""
    providers = [make_provider(status="admitted") for _rate in rates]
    columns = {name: np.full(len(rates), np.nan) for name in MEASURE_NAMES} | {"refund_rate_90d": np.array(rates)}
    ids = np.array([provider.pk for provider in providers])
    store_measures(day=TODAY, provider_ids=ids, columns=columns, input_digest="a")
    return providers


def counts(key: str, breaching: int, entering: int, cured: int, leaving: int) -> dict[str, Any]:
    return {"key": key, "breaching": breaching, "entering": entering, "cured": cured, "leaving": leaving}


def test_a_stricter_draft() -> None:
    _fine, watched, _broken, breaks = measured(0.1, 0.25, 0.9, 0.35)
    make_provider()  # at the door, so no night judges it
    present = make_published_set(definition(0.3))
    draft = make_draft(definition(0.2))
    with unchanged():
        night = try_tonight(draft, present, today=TODAY)
    assert (night["providers"], night["before"], night["after"], night["changed"]) == (4, 2, 3, 2)
    assert night["counts"] == [counts("refunds", 1, 1, 0, 0)]
    assert night["rows"] == [
        {
            "provider": breaks.code,
            "name": breaks.name,
            "breaching": ["refunds"],
            "entering": [],
            "cured": [],
            "leaving": [],
        },
        {
            "provider": watched.code,
            "name": watched.name,
            "breaching": [],
            "entering": ["refunds"],
            "cured": [],
            "leaving": [],
        },
    ]
    assert not WatchEntry.objects.exists()
    assert not JudgementRow.objects.exists()


def test_a_milder_draft_and_a_criterion_of_another_name() -> None:
    measured(0.25, 0.35)
    present = make_published_set(definition(0.2))
    milder = try_tonight(make_draft(definition(0.3)), present, today=TODAY)
    assert milder["counts"] == [counts("refunds", 0, 0, 1, 1)]
    assert (milder["before"], milder["after"]) == (2, 1)


def test_a_criterion_that_is_new_and_one_that_is_dropped() -> None:
    measured(0.25, 0.35)
    present = make_published_set(definition(0.2))
    renamed = try_tonight(make_draft(definition(0.2, key="returns")), present, today=TODAY)
    assert renamed["counts"] == [counts("returns", 1, 1, 0, 0), counts("refunds", 0, 0, 0, 2)]
    assert renamed["changed"] == 2


def test_without_a_set_in_force_and_without_providers() -> None:
    draft = make_draft(definition(0.2))
    assert try_tonight(draft, None, today=TODAY) == {
        "providers": 0,
        "before": 0,
        "after": 0,
        "changed": 0,
        "counts": [counts("refunds", 0, 0, 0, 0)],
        "rows": [],
    }
    measured(0.9)
    assert try_tonight(draft, None, today=TODAY)["counts"] == [counts("refunds", 1, 0, 0, 0)]


def test_the_trial_keeps_the_door_and_the_night() -> None:
    make_application()
    measured(0.9)
    present = make_published_set(definition(1.0))
    draft, reviewer = make_draft(definition(0.2)), make_staff()
    kept = run_dry_run(criteria_set_id=draft.pk, by=reviewer)
    door = try_at_door(draft, present, today=TODAY)
    assert (kept.application_count, kept.moves, kept.counts) == (1, door["moves"], door["counts"])
    assert (kept.night["providers"], kept.compared_with) == (1, present)


def test_many_providers_are_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dry_run_services, "INLINE_LIMIT", 1)
    measured(0.1, 0.2)
    draft, reviewer = make_draft(definition(0.2)), make_staff()
    job = begin_dry_run(criteria_set_id=draft.pk, by=reviewer)
    assert isinstance(job, Job)
    assert job.arguments == {"criteria_set_id": draft.pk, "by_id": reviewer.pk}


@pytest.mark.parametrize("count", [1, 3])
def test_statements_do_not_grow_with_the_providers(count: int, django_assert_num_queries: Any) -> None:
    measured(*[0.35] * count)
    present, draft = make_published_set(definition(0.3)), make_draft(definition(0.2))
    with django_assert_num_queries(13):
        assert try_tonight(draft, present, today=TODAY)["changed"] == count
