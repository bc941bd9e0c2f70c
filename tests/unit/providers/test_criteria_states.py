"""Criteria sets: every state, action and role, and what the database refuses."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.roles import ROLES_OF_KIND, OrganisationKind, Role
from accounts.services import create_organisation
from common.exceptions import IllegalTransition, InvalidInput, NotPermitted
from providers.admission.triage_models import MitigatingFact, Triage, TriageVerdict
from providers.admission.triage_services import add_mitigating_fact, triage_application
from providers.conduct.dry_run_services import run_dry_run
from providers.criteria.dry_run_models import DryRun
from providers.criteria.enums import SetStatus
from providers.criteria.measure_models import MeasureRun, ProviderMeasures
from providers.criteria.measure_services import store_measures
from providers.criteria.measures import MEASURE_NAMES
from providers.criteria.models import CriteriaSet, Criterion
from providers.criteria.permissions import check_act
from providers.criteria.states import CRITERIA_SET
from tests.factories.accounts import make_member, make_staff
from tests.factories.criteria import REFUNDS, TEAM, make_draft, make_published_set
from tests.factories.providers import make_application, owner_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
EDITORS = {"admission_reviewer", "administrator"}
# (from, action): (to, who may, a reason is needed)
TRUTH = {
    ("draft", "publish"): ("published", {"administrator"}, True),
    ("draft", "discard"): ("retired", EDITORS, True),
    ("published", "retire"): ("retired", {"administrator"}, False),
}


@pytest.mark.parametrize("state", SetStatus.values)
@pytest.mark.parametrize("action", ["publish", "discard", "retire"])
def test_every_state_and_action(state: str, action: str) -> None:
    subject = CriteriaSet(status=state)
    expected = TRUTH.get((state, action))
    if expected is None:
        with pytest.raises(IllegalTransition):
            CRITERIA_SET.check(subject, action, note="Because.")
        return
    row = CRITERIA_SET.check(subject, action, note="Because.")
    assert (row.to, row.needs_note) == (expected[0], expected[2])
    if row.needs_note:
        with pytest.raises(InvalidInput):
            CRITERIA_SET.check(subject, action, note=" ")


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_every_state_action_and_role(role: str) -> None:
    kind = next(kind for kind, roles in ROLES_OF_KIND.items() if role in roles)
    if kind == OrganisationKind.PLATFORM:
        person = make_staff(role)
    else:
        person = make_member(create_organisation(kind=kind, name="Other", by=None), role)
    allowed = set()
    for row in CRITERIA_SET:
        try:
            check_act(person, CriteriaSet(status=row.frm), row)
            allowed.add((row.frm, row.action))
        except NotPermitted:
            pass
    assert allowed == {key for key, (_to, who, _note) in TRUTH.items() if role in who}


def test_no_row_is_missing_from_the_truth() -> None:
    assert {(row.frm, row.action) for row in CRITERIA_SET} == set(TRUTH)
    assert CRITERIA_SET.initial == "draft"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "lost", "retired_at": NOW}, "criteria_set_status_known"),
        ({"status": "published"}, "criteria_set_moments_fit_status"),
        ({"status": "retired"}, "criteria_set_moments_fit_status"),
        ({"published_at": NOW}, "criteria_set_moments_fit_status"),
        ({"retired_at": NOW}, "criteria_set_moments_fit_status"),
        ({"number": 1}, "number"),
    ],
)
def test_what_a_set_cannot_be(changes: dict[str, Any], constraint: str) -> None:
    make_published_set()
    draft = make_draft()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CriteriaSet.objects.filter(pk=draft.pk).update(**changes)


@pytest.mark.django_db
def test_one_draft_one_in_force_and_two_people() -> None:
    present, draft = make_published_set(), make_draft()
    with pytest.raises(IntegrityError, match="criteria_set_one_published"), transaction.atomic():
        CriteriaSet.objects.filter(pk=draft.pk).update(status="published", published_at=NOW)
    with pytest.raises(IntegrityError, match="criteria_set_one_draft"), transaction.atomic():
        CriteriaSet.objects.create(number=9, title_zh="条件", title_en="Criteria", digest="0" * 64)
    with pytest.raises(IntegrityError, match="criteria_set_published_by_another"), transaction.atomic():
        CriteriaSet.objects.filter(pk=draft.pk).update(published_by=draft.edited_by)
    for model, changes in (
        (CriteriaSet, {"digest": "1" * 64}),
        (CriteriaSet, {"title_en": "Other"}),
        (CriteriaSet, {"number": 8}),
    ):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            model.objects.filter(pk=present.pk).update(**changes)
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        CriteriaSet.objects.filter(pk=draft.pk).delete()


@pytest.mark.django_db
def test_the_criteria_of_a_published_set_are_fixed() -> None:
    present, draft = make_published_set(), make_draft()
    (kept,), (loose,) = present.criteria.all(), draft.criteria.all()
    for change in (
        lambda: Criterion.objects.filter(pk=kept.pk).update(pass_when="orders_90d > 0"),
        lambda: Criterion.objects.filter(pk=kept.pk).delete(),
        lambda: Criterion.objects.filter(pk=loose.pk).update(criteria_set=present, key="other"),
        lambda: Criterion.objects.create(criteria_set=present, key="more", position=2, kind="people", pass_when="x"),
    ):
        with pytest.raises(DatabaseError, match="do not change"), transaction.atomic():
            change()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"kind": "magic"}, "criterion_kind_known"),
        ({"at_door": False, "at_night": False}, "criterion_has_a_moment"),
        ({"pass_when": ""}, "criterion_has_a_formula"),
        ({"measure": ""}, "criterion_threshold_triple"),
        ({"limit": None}, "criterion_threshold_triple"),
        ({"direction": "near"}, "criterion_threshold_triple"),
        ({"key": "refunds"}, "criterion_key_once"),
    ],
)
def test_what_a_criterion_cannot_be(changes: dict[str, Any], constraint: str) -> None:
    draft = make_draft(TEAM + REFUNDS)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Criterion.objects.filter(criteria_set=draft, key="team").update(**changes)


@pytest.mark.django_db
def test_results_are_never_changed() -> None:
    make_published_set(TEAM + REFUNDS)
    application = make_application()
    triage_application(application_id=application.pk)
    add_mitigating_fact(
        application_id=application.pk, criterion_key="refunds", text="Why.", by=owner_of(application.provider)
    )
    run_dry_run(criteria_set_id=make_draft(None).pk, by=make_staff())
    columns = {name: np.array([1.0]) for name in MEASURE_NAMES}
    ids = np.array([application.provider_id])
    store_measures(day=NOW.date(), provider_ids=ids, columns=columns, input_digest="a")
    for model, field in (
        (Triage, "judged_on"),
        (TriageVerdict, "signals"),
        (MitigatingFact, "text"),
        (DryRun, "moves"),
        (MeasureRun, "input_digest"),
        (ProviderMeasures, "gmv_90d"),
    ):
        rows = model.objects.all()
        assert rows.exists()
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            rows.update(**{field: rows.values_list(field, flat=True)[0]})
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            rows.all()._raw_delete(rows.db)  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_what_results_cannot_be() -> None:
    present = make_published_set(TEAM + REFUNDS)
    application = make_application()
    triage = triage_application(application_id=application.pk)
    assert triage is not None
    criterion = present.criteria.get(key="team")
    run = MeasureRun.objects.create(measured_on=NOW.date(), input_digest="a", provider_count=1)
    ProviderMeasures.objects.create(run=run, provider=application.provider)
    breaks: list[tuple[Any, dict[str, Any], str]] = [
        (Triage, {"application": application, "criteria_set": present, "judged_on": NOW.date(), "outcome": "x"},
         "triage_outcome_known"),
        (TriageVerdict, {"triage": triage, "criterion": criterion, "verdict": 1}, "triage_verdict_once"),
        (TriageVerdict, {"triage": triage, "criterion": criterion, "verdict": 3}, "triage_verdict_known"),
        (MitigatingFact, {"application": application, "criterion_key": "team", "text": "",
                          "created_by": make_staff()}, "mitigating_fact_says_something"),
        (DryRun, {"criteria_set": present, "digest": "x", "application_count": 0}, "dry_run_digest_shape"),
        (ProviderMeasures, {"run": run, "provider": application.provider}, "measures_once_per_run"),
        (ProviderMeasures, {"run": run, "provider": make_application().provider, "orders_90d": -1.0},
         "measures_not_negative"),
    ]  # fmt: skip
    for model, fields, constraint in breaks:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            model.objects.create(**fields)
