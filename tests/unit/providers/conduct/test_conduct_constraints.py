"""What the database itself refuses."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, InternalError, transaction
from django.utils import timezone

from providers.conduct.models import Judgement, JudgementRow, Probation, ProbationTarget, WatchEntry
from providers.conduct.night_services import judge_night
from tests.factories.conduct import COMPLAINTS, keep_measures, make_probation, make_watch_entry
from tests.factories.criteria import make_published_set
from tests.factories.providers import make_provider

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def refuse(row: Any, name: str, error: type[DatabaseError] = IntegrityError, **changes: Any) -> None:
    """An update past all services fails by the constraint called `name`."""
    with pytest.raises(error, match=name), transaction.atomic():
        type(row)._base_manager.filter(pk=row.pk).update(**changes)


@pytest.mark.parametrize(
    ("status", "name", "changes"),
    [
        ("proposed", "probation_status_known", {"status": "odd"}),
        ("judged", "probation_verdict_known", {"verdict": "odd"}),
        ("proposed", "probation_days_in_order", {"ends_on": date(2000, 1, 1)}),
        ("proposed", "probation_signature_pair", {"signed_at": NOW}),
        ("running", "probation_signature_pair", {"signed_by": None}),
        ("proposed", "probation_verdict_has_a_day", {"verdict": "pass"}),
        ("proposed", "probation_verdict_has_a_day", {"judged_on": date(2026, 1, 1)}),
        ("running", "probation_judged_has_verdict", {"status": "judged"}),
        ("running", "probation_decision_complete", {"decision_note": "So."}),
        ("passed", "probation_decision_complete", {"decision_note": ""}),
        ("passed", "probation_verdict_signed_by_a_person", {"decided_by": None}),
    ],
)
def test_contracts(status: str, name: str, changes: dict[str, Any]) -> None:
    refuse(make_probation(status=status), name, **changes)


def test_one_open_contract_per_provider() -> None:
    first = make_probation()
    again = Probation(provider=first.provider, starts_on=first.starts_on, ends_on=first.ends_on)
    with pytest.raises(IntegrityError, match="probation_one_open_per_provider"), transaction.atomic():
        Probation.objects.bulk_create([again])


def test_targets() -> None:
    target = make_probation().targets.first()
    assert target is not None
    refuse(target, "probation_target_judged_pair", value=1.0)
    refuse(target, "probation_target_judged_pair", met=True)
    refuse(target, "Cannot update", InternalError, limit=0.0)
    refuse(target, "Cannot update", InternalError, measure="gmv_90d")
    with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
        target.delete()
    twin = ProbationTarget(probation=target.probation, measure=target.measure, direction="at_most", limit=1)
    with pytest.raises(IntegrityError, match="probation_target_once"), transaction.atomic():
        twin.save()
    odd = ProbationTarget(probation=target.probation, measure="gmv_90d", direction="sideways", limit=1)
    with pytest.raises(IntegrityError, match="probation_target_direction"), transaction.atomic():
        odd.save()


@pytest.mark.parametrize(
    ("status", "name", "changes"),
    [
        ("watching", "watch_status_known", {"status": "odd", "notice": "So."}),
        ("watching", "watch_plan_triple", {"plan": "So."}),
        ("planned", "watch_plan_triple", {"plan": ""}),
        ("notified", "watch_cure_has_a_plan", {"status": "planned"}),
        ("watching", "watch_notice_given", {"status": "suspended"}),
        ("watching", "watch_closed_pair", {"closed_at": NOW}),
        ("closed", "watch_closed_pair", {"closed_at": None, "closed_by": None}),
        ("watching", "watch_has_a_sign", {"breach_on": None, "forecast_on": None}),
    ],
)
def test_watch_entries(status: str, name: str, changes: dict[str, Any]) -> None:
    refuse(make_watch_entry(status=status), name, **changes)


def test_one_open_entry_per_provider_and_criterion() -> None:
    entry = make_watch_entry()
    entry.pk = None
    with pytest.raises(IntegrityError, match="watch_one_open_per_criterion"), transaction.atomic():
        WatchEntry.objects.bulk_create([entry])


def test_nights_are_written_once() -> None:
    make_published_set(COMPLAINTS)
    provider = make_provider(status="admitted")
    keep_measures({provider: [0.05]})
    night = judge_night()
    row = night.rows.get()
    refuse(night, "Cannot update", InternalError, passed=9)
    refuse(row, "Cannot update", InternalError, outcome="definite_pass")
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        row.delete()
    counts = {"passed": 0, "open": 0, "failed": 0, "forecasts": 0}
    with pytest.raises(IntegrityError, match="judgement_once_a_day"), transaction.atomic():
        Judgement.objects.create(criteria_set=night.criteria_set, judged_on=night.judged_on, **counts)
    with pytest.raises(IntegrityError, match="judgement_row_once"), transaction.atomic():
        JudgementRow.objects.create(judgement=night, provider=provider, outcome=row.outcome)
    other = make_provider()
    for name, fields in (
        ("judgement_row_outcome_known", {"outcome": "odd"}),
        ("judgement_row_forecast_pair", {"outcome": row.outcome, "forecast_key": "complaints"}),
        ("judgement_row_forecast_pair", {"outcome": row.outcome, "forecast_on": night.judged_on + timedelta(days=1)}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            JudgementRow.objects.create(judgement=night, provider=other, **fields)
