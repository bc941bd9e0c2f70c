"""Versions of scoring models: how they move, and that announced ones never change."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotPermitted, Stale
from scoring.capabilities import services
from scoring.capabilities.enums import ModelStatus
from scoring.capabilities.models import ScoringModel
from tests.factories.accounts import make_staff
from tests.factories.scoring import MORNING_AFTER, make_published_model, small_model

pytestmark = pytest.mark.django_db
NOW = MORNING_AFTER
TODAY = date(2025, 7, 1)


def make_draft(version: str = "1") -> ScoringModel:
    return services.create_draft(definition=small_model(version), by=make_staff(Role.SCORING_ANALYST), now=NOW)


def make_in(status: str) -> ScoringModel:
    """A second version in `status`; the first one is in force, so that the notice period counts."""
    make_published_model(now=NOW - timedelta(days=30))
    model = make_draft("2")
    if status == ModelStatus.DRAFT:
        return model
    analyst = make_staff(Role.SCORING_ANALYST)
    if status == ModelStatus.DISCARDED:
        return services.discard(model_id=model.pk, by=analyst, now=NOW)
    model = services.announce(model_id=model.pk, by=None, now=NOW)
    if status == ModelStatus.ANNOUNCED:
        return model
    later = NOW + timedelta(days=15)
    model = services.publish(model_id=model.pk, by=analyst, now=later)
    if status == ModelStatus.PUBLISHED:
        return model
    return services.retire(model_id=model.pk, by=analyst, note="Replaced.", now=later)


TRUTH = {
    ("draft", "announce"): "announced",
    ("draft", "discard"): "discarded",
    ("announced", "publish"): "published",
    ("announced", "withdraw"): "retired",
    ("published", "retire"): "retired",
}


@pytest.mark.parametrize(("status", "action"), list(product(ModelStatus.values, services.ACTIONS)))
def test_every_state_and_action(status: str, action: str) -> None:
    model, analyst = make_in(status), make_staff(Role.SCORING_ANALYST)
    act = services.ACTIONS[action]
    after = NOW + timedelta(days=16)
    if (status, action) in TRUTH:
        changed = act(model_id=model.pk, by=analyst, note="For a reason.", now=after)
        assert changed.status == TRUTH[status, action]
        assert AuditEntry.objects.filter(action=f"model.{action}", subject_id=str(model.pk)).exists()
    else:
        before = AuditEntry.objects.count()
        with pytest.raises(IllegalTransition):
            act(model_id=model.pk, by=analyst, note="For a reason.", now=after)
        model.refresh_from_db()
        assert (model.status, AuditEntry.objects.count()) == (status, before)


@pytest.mark.parametrize("role", [Role.RACE_STEWARD, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_analysts_touch_models(role: str) -> None:
    person, model = make_staff(role), make_draft()
    with pytest.raises(NotPermitted):
        services.create_draft(definition=small_model("9"), by=person)
    with pytest.raises(NotPermitted):
        services.edit_draft(model_id=model.pk, definition=small_model("1", replicates=5), by=person)
    with pytest.raises(NotPermitted):
        services.announce(model_id=model.pk, by=person, now=NOW)
    model.refresh_from_db()
    assert (model.status, ScoringModel.objects.count()) == ("draft", 1)


def test_the_first_version_may_count_at_once_and_no_later_one() -> None:
    first = make_draft()
    services.announce(model_id=first.pk, by=None, effective_from=TODAY, now=NOW)
    assert services.publish(model_id=first.pk, by=None, now=NOW).status == "published"
    second = make_draft("2")
    with pytest.raises(InvalidInput) as refusal:
        services.announce(model_id=second.pk, by=None, effective_from=TODAY + timedelta(days=14), now=NOW)
    assert (refusal.value.reason, refusal.value.field) == ("notice_too_short", "effective_from")
    announced = services.announce(model_id=second.pk, by=None, now=NOW)
    assert announced.effective_from == TODAY + timedelta(days=15)


def test_publishing_waits_for_the_day_that_was_announced_and_retires_the_one_before() -> None:
    first, model = make_published_model(now=NOW - timedelta(days=30)), make_draft("2")
    services.announce(model_id=model.pk, by=None, now=NOW)
    with pytest.raises(Conflict) as refusal:
        services.publish(model_id=model.pk, by=None, now=NOW + timedelta(days=14))
    assert refusal.value.reason == "notice_running"
    services.publish(model_id=model.pk, by=None, now=NOW + timedelta(days=15))
    first.refresh_from_db()
    assert first.status == "retired"
    assert list(ScoringModel.objects.filter(status="published")) == [model]


def test_the_database_keeps_one_published_version_per_model() -> None:
    make_published_model()
    model = services.announce(model_id=make_draft("2").pk, by=None, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoringModel.objects.filter(pk=model.pk).update(status="published", published_at=NOW)


@pytest.mark.parametrize("field", ["key", "model_version", "definition", "digest", "name_zh"])
def test_the_database_refuses_a_change_of_an_announced_version(field: str) -> None:
    model = services.announce(model_id=make_draft().pk, by=None, now=NOW)
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        ScoringModel.objects.filter(pk=model.pk).update(**{field: "other"})
    with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
        ScoringModel.objects.filter(pk=model.pk).delete()
    with pytest.raises(Conflict) as refusal:
        services.edit_draft(model_id=model.pk, definition=small_model("1"), by=make_staff(Role.SCORING_ANALYST))
    assert refusal.value.reason == "model_announced"


def test_editing_a_draft_replaces_it_and_notices_a_stale_form() -> None:
    model, analyst = make_draft(), make_staff(Role.SCORING_ANALYST)
    digest = model.digest
    changed = services.edit_draft(
        model_id=model.pk, definition=small_model("1.1"), by=analyst, version=model.version, now=NOW
    )
    assert (changed.model_version, changed.digest != digest) == ("1.1", True)
    with pytest.raises(Stale):
        services.edit_draft(model_id=model.pk, definition=small_model("1.2"), by=analyst, version=model.version)
    with pytest.raises(Conflict) as refusal:
        services.create_draft(definition=small_model("1.1"), by=analyst)
    assert refusal.value.reason == "version_exists"


BAD = {
    "weights": (small_model(refund_weight=0.4), "capabilities[1]"),
    "formula": (small_model().replace('"clicks"', "\"read_csv('/etc/passwd')\""), "metrics[0].numerator"),
    "column": (small_model().replace('"clicks"', '"kicks"'), "metrics[0].numerator"),
    "not toml": (small_model() + "\n[", ""),
    "capability": (small_model().replace("traffic_marketing", "charm"), ""),
    "table": ('source = "table"\ncolumns = ["clicks"]\n' + small_model().replace('source = "facts"\n', ""), ""),
    "peers": (small_model() + '\n[peers]\ncolumns = ["shoe_size"]\n', "peers.columns"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_model_is_refused_with_the_place_of_its_fault(case: str) -> None:
    definition, path = BAD[case]
    with pytest.raises(InvalidInput) as refusal:
        services.create_draft(definition=definition, by=make_staff(Role.SCORING_ANALYST))
    assert refusal.value.field == "definition"
    assert path in str(refusal.value.message)
    assert refusal.value.remedy
    assert not ScoringModel.objects.exists()


def test_export_is_canonical_and_reads_back_to_the_same_digest() -> None:
    model = make_draft()
    again = services.edit_draft(
        model_id=model.pk, definition=model.definition, by=make_staff(Role.SCORING_ANALYST), now=NOW
    )
    assert (again.digest, again.definition) == (model.digest, model.definition)
