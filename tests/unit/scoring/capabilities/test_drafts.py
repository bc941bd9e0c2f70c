"""Drafts part by part: what is refused with its field, what stays open, notice by how many are affected, discarding."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.notices.models import Notice
from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import Conflict, InvalidInput, NotFound, NotPermitted, Stale
from engine.model_toml import dump_model, load_model, model_digest
from scoring.capabilities import draft_services, editing, services
from scoring.capabilities.definitions import next_version
from scoring.capabilities.models import ScoringModel
from scoring.capabilities.permissions import offer_model_actions
from scoring.capabilities.selectors import models_visible_to
from tests.factories.accounts import make_staff
from tests.factories.providers import make_external_provider, make_provider, owner_of
from tests.factories.scoring import MORNING_AFTER, make_published_model, small_model

pytestmark = pytest.mark.django_db
NOW = MORNING_AFTER
TODAY = date(2025, 7, 1)
ENGINE_MODELS = sorted(
    path
    for path in (Path(__file__).resolve().parents[4] / "engine" / "models").glob("*.toml")
    if "[[metrics]]" in path.read_text()
)
REPLIES = {
    "key": "reply_rate",
    "capability": "service_fulfilment",
    "weight": 0.2,
    "numerator": "responses_on_time",
    "denominator": "responses_total",
    "prior": {"kind": "fixed", "k": 30},
    "normaliser": {"kind": "goalposts", "lower": 0.0, "upper": 1.0},
}


def make_draft(version: str = "1") -> ScoringModel:
    return services.create_draft(definition=small_model(version), by=make_staff(Role.SCORING_ANALYST), now=NOW)


def put(model: ScoringModel, kind: str, content: dict[str, Any], **more: Any) -> ScoringModel:
    return draft_services.put_part(
        model_id=model.pk,
        kind=kind,
        content=content,
        by=more.pop("by", None) or make_staff(Role.SCORING_ANALYST),
        **more,
    )


def keys(model: ScoringModel, kind: str) -> list[str]:
    return [part.key for part in getattr(model.rule, kind)]


@pytest.mark.parametrize("path", ENGINE_MODELS, ids=lambda path: path.stem)
def test_every_model_of_the_engine_survives_the_structured_form(path: Path) -> None:
    rule = load_model(path.read_text())
    rebuilt = rule
    for kind in editing.KINDS:
        for part in editing.parts_of(rule, kind):
            content = editing.part_content(part)
            assert editing.build_part(type(part), content) == part
            rebuilt = editing.put_part(rebuilt, kind, part.key, content)
    assert rebuilt == rule
    assert model_digest(load_model(dump_model(rebuilt))) == model_digest(rule)
    assert dump_model(load_model(dump_model(rule))) == dump_model(rule)


def test_a_metric_is_added_and_weights_stay_open_until_they_sum() -> None:
    model, analyst = make_draft(), make_staff(Role.SCORING_ANALYST)
    changed = put(model, "metrics", REPLIES, by=analyst, version=model.version)
    assert keys(changed, "metrics") == ["click_rate", "refund_rate", "promise_rate", "reply_rate"]
    faults = editing.open_faults(changed.rule)
    assert [(fault.code, fault.field) for fault in faults] == [("weights_do_not_sum", "capabilities[1].metrics")]
    with pytest.raises(InvalidInput) as refusal:
        services.announce(model_id=model.pk, by=analyst, now=NOW)
    assert refusal.value.reason == "weights_do_not_sum"
    announce = next(offer for offer in offer_model_actions(changed, analyst) if offer.action == "announce")
    assert (announce.allowed, "sum to 1.2" in str(announce.reason) or "1.2" in str(announce.reason)) == (False, True)
    weights = {"metrics": {"refund_rate": 0.4, "promise_rate": 0.4}}
    mended = draft_services.put_weights(model_id=model.pk, weights=weights, by=analyst)
    assert editing.open_faults(mended.rule) == []
    assert services.announce(model_id=model.pk, by=analyst, now=NOW).status == "announced"
    assert AuditEntry.objects.filter(action="model.edit", subject_id=str(model.pk)).count() == 2


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "column": ({"numerator": "kicks"}, "numerator"),
    "formula": ({"numerator": "clicks +"}, "numerator"),
    "nothing": ({"numerator": ""}, "numerator"),
    "kind": ({"weight": "heavy"}, "weight"),
    "weight": ({"weight": 1.5}, "weight"),
    "prior": ({"prior": {"kind": "fixed"}}, "prior.k"),
    "goalposts": ({"normaliser": {"kind": "goalposts", "lower": 1.0, "upper": 0.0}}, "normaliser"),
    "unknown": ({"colour": "red"}, "colour"),
    "winsor": ({"winsor": [0.9, 0.1]}, "winsor"),
    "capability": ({"capability": "charm"}, "capability"),
    "evidence": ({"denominator": "", "prior": {"kind": "none"}, "minimum": 5}, "evidence"),
    "twice": ({"key": "click_rate"}, "key"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_fault_of_the_part_is_refused_with_its_field(case: str) -> None:
    model, analyst, (change, field) = make_draft(), make_staff(Role.SCORING_ANALYST), WRONG[case]
    before = (model.digest, AuditEntry.objects.count())
    with pytest.raises(InvalidInput) as refusal:
        put(model, "metrics", {**REPLIES, **change}, by=analyst)
    assert refusal.value.field == field
    model.refresh_from_db()
    assert (model.digest, AuditEntry.objects.count()) == before


def test_a_capability_keeps_its_metrics_when_it_is_renamed_and_takes_them_when_it_goes() -> None:
    model = make_draft()
    renamed = put(model, "capabilities", {"key": "supply_chain", "weight": 0.4}, key="traffic_marketing")
    assert [metric.capability for metric in renamed.rule.metrics] == ["supply_chain", *["service_fulfilment"] * 2]
    with pytest.raises(InvalidInput):
        put(model, "capabilities", {"key": "charm", "weight": 0.4}, key="supply_chain")
    analyst = make_staff(Role.SCORING_ANALYST)
    gone = draft_services.remove_part(model_id=model.pk, kind="capabilities", key="service_fulfilment", by=analyst)
    assert (keys(gone, "capabilities"), keys(gone, "metrics")) == (["supply_chain"], ["click_rate"])
    for kind, key in (("metrics", "click_rate"), ("capabilities", "supply_chain")):
        with pytest.raises(Conflict) as refusal:
            draft_services.remove_part(model_id=model.pk, kind=kind, key=key, by=analyst)
        assert refusal.value.reason == "last_part"


def test_metrics_move_within_their_capability() -> None:
    model, analyst = make_draft(), make_staff(Role.SCORING_ANALYST)

    def move(key: str, steps: int) -> list[str]:
        changed = draft_services.move_part(model_id=model.pk, kind="metrics", key=key, steps=steps, by=analyst)
        return keys(changed, "metrics")

    assert move("promise_rate", -1) == ["click_rate", "promise_rate", "refund_rate"]
    assert move("promise_rate", -1) == ["click_rate", "promise_rate", "refund_rate"]
    assert move("promise_rate", 5) == ["click_rate", "refund_rate", "promise_rate"]
    assert move("click_rate", 1) == ["click_rate", "refund_rate", "promise_rate"]


def test_gates_and_settings() -> None:
    model, analyst = make_draft(), make_staff(Role.SCORING_ANALYST)
    gate = {"key": "weak", "when": "service_fulfilment < 20", "target": "level", "at_most": 1}
    assert keys(put(model, "gates", gate), "gates") == ["weak"]
    with pytest.raises(InvalidInput) as refusal:
        put(model, "gates", {**gate, "when": "kindness < 20"}, key="weak")
    assert refusal.value.field == "when"
    settings = {
        "version": "3",
        "window": {"days": 60, "wider_days": 90},
        "peers": {"columns": ["region"], "minimum": 5},
        "integrity": {"merchant_share": 0.5, "share_of": "gmv_minor"},
    }
    changed = draft_services.put_settings(model_id=model.pk, content=settings, by=analyst)
    assert (changed.model_version, changed.rule.window.days, changed.rule.peers.columns) == ("3", 60, ("region",))
    assert changed.rule.integrity.measure == "gmv_minor"
    for wrong, field in (
        ({"window": {"days": 0}}, "window.days"),
        ({"composite": {"levels": [60, 50]}}, "composite.levels"),
        ({"colour": "red"}, "colour"),
        ({"integrity": {"merchant_share": 2}}, "integrity.merchant_share"),
        ({"integrity": {"merchant_share": 0.5, "share_of": "profit"}}, "integrity.share_of"),
        ({"window": {"settled": ["profit"]}}, "window.settled"),
        ({"window": {"days": "many"}}, "window.days"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            draft_services.put_settings(model_id=model.pk, content=wrong, by=analyst)
        assert refusal.value.field == field
    with pytest.raises(InvalidInput):
        draft_services.put_settings(model_id=model.pk, content={"peers": {"columns": ["shoe_size"]}}, by=analyst)


def test_weights_of_unknown_parts_and_out_of_range_are_refused() -> None:
    model, analyst = make_draft(), make_staff(Role.SCORING_ANALYST)
    for weights, field in (
        ({"metrics": {"charm": 0.5}}, "metrics.charm"),
        ({"metrics": {"refund_rate": 0.0}}, "metrics.refund_rate"),
        ({"capabilities": {"service_fulfilment": float("inf")}}, "capabilities.service_fulfilment"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            draft_services.put_weights(model_id=model.pk, weights=weights, by=analyst)
        assert refusal.value.field == field


def test_only_drafts_change_and_only_for_analysts_with_a_fresh_form() -> None:
    model, auditor = make_draft(), make_staff(Role.AUDITOR)
    with pytest.raises(NotPermitted):
        put(model, "metrics", REPLIES, by=auditor)
    with pytest.raises(NotPermitted):
        draft_services.copy_model(model_id=model.pk, by=auditor)
    with pytest.raises(NotPermitted):
        services.discard(model_id=model.pk, by=auditor)
    with pytest.raises(Stale):
        put(model, "metrics", REPLIES, version=99)
    with pytest.raises(NotFound):
        put(model, "metrics", REPLIES, key="nothing")
    with pytest.raises(NotFound):
        put(model, "charms", REPLIES)
    services.announce(model_id=model.pk, by=None, now=NOW)
    with pytest.raises(Conflict) as refusal:
        put(model, "metrics", REPLIES)
    assert refusal.value.reason == "model_announced"


def test_a_copy_gets_the_next_free_version() -> None:
    model, analyst = make_draft("2026.1"), make_staff(Role.SCORING_ANALYST)
    first = draft_services.copy_model(model_id=model.pk, by=analyst)
    second = draft_services.copy_model(model_id=model.pk, by=analyst)
    named = draft_services.copy_model(model_id=model.pk, by=analyst, model_version="spring")
    assert [each.model_version for each in (first, second, named)] == ["2026.2", "2026.3", "spring"]
    assert next_version(model.key, "spring") == "spring.2"
    assert first.rule.metrics == model.rule.metrics
    with pytest.raises(Conflict):
        draft_services.copy_model(model_id=model.pk, by=analyst, model_version="spring")


def test_a_discarded_draft_stays_hidden_from_others_and_frees_its_version() -> None:
    model, analyst = make_draft(), make_staff(Role.SCORING_ANALYST)
    gone = services.discard(model_id=model.pk, by=analyst, now=NOW)
    assert (gone.status, gone.discarded_by) == ("discarded", analyst)
    assert make_draft().model_version == "1"
    assert gone in models_visible_to(analyst)
    assert gone not in models_visible_to(owner_of(make_provider(status="admitted")))
    with pytest.raises(Conflict) as refusal:
        put(gone, "metrics", REPLIES)
    assert refusal.value.reason == "model_discarded"
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoringModel.objects.filter(pk=gone.pk).update(discarded_at=None)


@pytest.mark.parametrize(("affected", "days"), [(None, 15), (0, 7), (9, 7), (10, 15), (100, 15)])
def test_the_notice_depends_on_how_many_are_affected(affected: int | None, days: int) -> None:
    make_published_model(now=NOW - timedelta(days=30))
    model = make_draft("2")
    if affected is not None:
        draft_services.note_affected(
            model_id=model.pk, digest=model.digest, affected=affected, total=100, by=None, now=NOW
        )
    with pytest.raises(InvalidInput):
        services.announce(model_id=model.pk, by=None, effective_from=TODAY + timedelta(days=days - 1), now=NOW)
    assert services.announce(model_id=model.pk, by=None, now=NOW).effective_from == TODAY + timedelta(days=days)


def test_the_run_that_affects_most_counts_and_an_edit_forgets_it() -> None:
    model, analyst = make_draft(), make_staff(Role.SCORING_ANALYST)

    def note(affected: int, total: int, digest: str = "") -> tuple[int | None, int | None]:
        found = draft_services.note_affected(
            model_id=model.pk, digest=digest or model.digest, affected=affected, total=total, by=analyst
        )
        return found.affected_count, found.affected_total

    assert note(3, 100) == (3, 100)
    assert note(2, 100) == (3, 100)
    assert note(2, 10) == (2, 10)
    assert note(9, 10, digest="0" * 64) == (2, 10)
    assert note(0, 0) == (2, 10)
    changed = put(model, "metrics", REPLIES)
    assert (changed.is_tried, changed.affected_count, changed.affected_total) == (False, None, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoringModel.objects.filter(pk=model.pk).update(tried_digest="x", affected_count=5, affected_total=4)


def test_scored_providers_are_told_in_their_language() -> None:
    told = [make_provider(status=status) for status in ("admitted", "probation")]
    make_provider()
    make_external_provider("LIVE-1")
    model = make_draft()
    services.announce(model_id=model.pk, by=None, effective_from=TODAY, now=NOW)
    notices = Notice.objects.filter(kind="model.announce").order_by("organisation_id")
    assert [notice.organisation_id for notice in notices] == [provider.organisation_id for provider in told]
    assert notices[0].parameters["effective_on"] == "2025-07-01"
    with translation.override("en"):
        services.withdraw(model_id=model.pk, by=make_staff(Role.SCORING_ANALYST), note="A mistake.", now=NOW)
    assert Notice.objects.filter(kind="model.withdraw").count() == 2
