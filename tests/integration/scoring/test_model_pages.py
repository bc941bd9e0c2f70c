"""Pages and endpoints of drafts, comparison and the rule lab: the same services by both doors, and steady queries."""

from typing import Any

import pytest
from django.db import connection
from django.forms import Select
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from common.audit.models import AuditEntry
from engine.model_toml import load_model
from scoring.capabilities import editing, services
from scoring.capabilities.comparison import compare_models
from scoring.capabilities.forms import FORMS
from scoring.capabilities.models import ScoringModel
from scoring.capabilities.settings_forms import SettingsForm
from scoring.lab.models import LabResult, LabTrial
from scoring.lab.services import start_trial
from scoring.lab.work import carry_out
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider, owner_of
from tests.factories.scoring import DAY, MORNING_AFTER, make_facts, make_published_model, make_run, small_model, work
from tests.integration.scoring.test_lab import Silent
from tests.unit.scoring.capabilities.test_drafts import ENGINE_MODELS, REPLIES

pytestmark = pytest.mark.django_db
HEAVY = small_model("2").replace("weight = 0.4", "weight = 0.9").replace("weight = 0.6", "weight = 0.1")


def sign_in(user: User, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def api(user: User) -> APIClient:
    client = APIClient(headers={"accept-language": "en"})
    client.force_authenticate(user)
    return client


@pytest.fixture
def analyst() -> User:
    return make_staff(Role.SCORING_ANALYST)


@pytest.fixture
def draft(analyst: User) -> ScoringModel:
    make_published_model()
    return services.create_draft(definition=small_model("2"), by=analyst)


def post_data(form: Any) -> dict[str, Any]:
    """What a browser sends of an unchanged form."""
    data = {}
    for field in form:
        value = field.value()
        if value is None and isinstance(field.field.widget, Select):
            value = next(iter(field.field.choices))[0]  # a browser sends the first option
        if isinstance(value, bool):
            if value:
                data[field.name] = "on"
        elif value is not None:
            data[field.name] = str(value)
    return data


@pytest.mark.parametrize("path", ENGINE_MODELS, ids=lambda path: path.stem)
def test_an_unchanged_form_changes_nothing_of_any_model(path: Any) -> None:
    rule = load_model(path.read_text())
    for kind, form_class in FORMS.items():
        for part in editing.parts_of(rule, kind):
            content = editing.part_content(part)
            shown = form_class(initial=form_class.flatten(content), rule=rule)  # type: ignore[call-arg]
            form = form_class(post_data(shown), rule=rule)  # type: ignore[call-arg]
            if kind == "capabilities":
                form.fields["key"].choices = [(part.key, part.key)]  # type: ignore[attr-defined]
            assert form.is_valid(), (part.key, form.errors)
            assert editing.build_part(type(part), form.content(content)) == part
    content = {name: editing.part_content(getattr(rule, name)) for name in editing.SETTINGS}
    content |= {"version": rule.version, "extras": list(rule.extras)}
    shown = SettingsForm(initial=SettingsForm.flatten(content), rule=rule)
    form = SettingsForm(post_data(shown), rule=rule)
    assert form.is_valid(), form.errors
    assert editing.put_settings(rule, form.content(content)) == rule


def test_a_draft_is_edited_part_by_part_without_javascript(draft: ScoringModel, analyst: User) -> None:
    client, base = sign_in(analyst), f"/staff/scoring-models/{draft.pk}/edit/"
    page = client.get(f"{base}metrics/of/refund_rate/")
    data = post_data(page.context["form"])
    wrong = client.post(f"{base}metrics/of/refund_rate/", {**data, "numerator": "kicks"})
    assert wrong.status_code == 400
    assert "numerator" in wrong.context["form"].errors
    saved = client.post(f"{base}metrics/of/refund_rate/", {**data, "numerator": "complaints", "weight": "0.25"})
    assert (saved.status_code, saved.headers["Location"]) == (302, base)
    draft.refresh_from_db()
    metric = next(metric for metric in draft.rule.metrics if metric.key == "refund_rate")
    assert (metric.numerator, metric.weight, metric.direction, metric.minimum) == ("complaints", 0.25, "lower", 30.0)
    overview = client.get(base)
    assert [fault.url for fault in overview.context["faults"]] == [f"{base}#weights"]
    assert b"0.75" in overview.content
    weights = {"version": draft.version, "metrics.refund_rate": "0.4", "metrics.promise_rate": "0,6"}
    assert client.post(base, weights).status_code == 302
    assert client.get(base).context["faults"] == []
    draft.refresh_from_db()
    bad = client.post(base, {"version": draft.version, "metrics.refund_rate": "much"})
    assert (bad.status_code, b"much" in bad.content) == (400, True)


def test_parts_are_added_moved_and_removed_by_page(draft: ScoringModel, analyst: User) -> None:
    client, base = sign_in(analyst), f"/staff/scoring-models/{draft.pk}/edit/"
    fresh = client.get(f"{base}metrics/new/?capability=traffic_marketing").context["form"]
    assert fresh["capability"].value() == "traffic_marketing"
    data = {**post_data(fresh), "key": "reply_rate", "numerator": "responses_on_time", "denominator": "responses_total"}
    assert client.post(f"{base}metrics/new/", data).status_code == 302
    draft.refresh_from_db()
    step = {"version": draft.version, "step": "up"}
    assert client.post(f"{base}metrics/of/reply_rate/move/", step).status_code == 302
    draft.refresh_from_db()
    assert [metric.key for metric in draft.rule.metrics][:2] == ["reply_rate", "click_rate"]
    assert client.post(f"{base}metrics/of/reply_rate/move/", {**step, "step": "aside"}).status_code == 400
    gate = {"key": "weak", "when": "composite < 10", "target": "level", "at_most": "1", "version": draft.version}
    assert client.post(f"{base}gates/new/", gate).status_code == 302
    draft.refresh_from_db()
    assert client.post(f"{base}gates/of/weak/remove/", {"version": draft.version}).status_code == 302
    assert client.post(f"{base}gates/of/weak/remove/", {"version": 1}).status_code == 409
    settings = client.get(f"{base}settings/").context["form"]
    limits = {"window_settled": "orders, gmv_minor", "window_settlement_lag": 5, "merchant_share": 0.4}
    assert client.post(f"{base}settings/", {**post_data(settings), "levels": "30, 60", **limits}).status_code == 302
    rule = ScoringModel.objects.get(pk=draft.pk).rule
    assert (rule.gates, rule.composite.levels) == ((), (30.0, 60.0))
    assert (rule.window.settled, rule.integrity.merchant_share) == (("orders", "gmv_minor"), 0.4)
    assert client.get(f"{base}charms/new/").status_code == 404
    assert client.get(f"{base}metrics/of/nothing/").status_code == 404


def test_faults_are_told_as_one_types_with_their_place(draft: ScoringModel, analyst: User) -> None:
    client, base = sign_in(analyst), f"/staff/scoring-models/{draft.pk}/edit/metrics/"
    data = {**post_data(client.get(f"{base}of/refund_rate/").context["form"]), "part": "refund_rate"}
    before = (draft.version, AuditEntry.objects.count())
    answer = client.post(f"{base}check/", {**data, "numerator": "orders + kicks", "weight": "0.7"})
    text = answer.content.decode()
    assert "orders + <mark>kicks</mark>" in text
    assert "Did you mean clicks" in text
    assert "With this weight the sum is 1.2." in text
    fine = client.post(f"{base}check/", data)
    assert (b"<mark>" in fine.content, b"the sum is 1." in fine.content) == (False, True)
    odd = client.post(f"{base}check/", {**data, "weight": "heavy"})
    assert odd.context["notes"]["weight"]
    draft.refresh_from_db()
    assert (draft.version, AuditEntry.objects.count()) == before


def test_the_preview_shows_three_distributions_and_stores_nothing(draft: ScoringModel, analyst: User) -> None:
    client, base = sign_in(analyst), f"/staff/scoring-models/{draft.pk}/edit/metrics/"
    data = post_data(client.get(f"{base}of/click_rate/").context["form"])
    assert "Import facts first" in client.post(f"{base}preview/", data).content.decode()
    made = [make_provider(status="admitted") for _ in range(4)]
    make_facts([{"provider": each.code, **work(100 * n, 1, 40)} for n, each in enumerate(made[:3], start=1)])
    auditor = api(make_staff(Role.AUDITOR))
    before = (draft.version, AuditEntry.objects.count())
    found = client.post(f"{base}preview/", data).context["preview"]
    assert (found.providers, found.assessed, found.missing, found.raw.quartiles[1]) == (4, 3, {"no_data": 1}, 0.2)
    whole = client.post(f"{base}of/click_rate/", {**data, "preview": "1"})
    assert (whole.status_code, len(whole.context["charts"])) == (200, 3)
    content = editing.part_content(draft.rule.metrics[0])
    body = api(analyst).post(f"/api/v1/scoring-models/{draft.pk}/preview", {"metric": content}, format="json").json()
    assert (body["assessed"], sum(body["normalised"]["counts"]), body["as_of"]) == (3, 3, DAY.isoformat())
    refused = api(analyst).post(
        f"/api/v1/scoring-models/{draft.pk}/preview", {"metric": {**content, "numerator": "kicks"}}, format="json"
    )
    assert (refused.status_code, refused.json()["field"]) == (400, "numerator")
    denied = auditor.post(f"/api/v1/scoring-models/{draft.pk}/preview", {"metric": content}, format="json")
    assert denied.status_code == 403
    draft.refresh_from_db()
    assert (draft.version, AuditEntry.objects.count()) == before


def test_parts_by_endpoint(draft: ScoringModel, analyst: User) -> None:
    client, base = api(analyst), f"/api/v1/scoring-models/{draft.pk}"
    added = client.post(f"{base}/parts/metrics", {"content": REPLIES, "version": draft.version}, format="json")
    assert added.status_code == 201
    assert [fault["code"] for fault in added.json()["open_faults"]] == ["weights_do_not_sum"]
    read = client.get(f"{base}/parts/metrics/reply_rate").json()
    assert (read["content"]["numerator"], read["version"]) == ("responses_on_time", added.json()["model"]["version"])
    put = client.put(f"{base}/parts/metrics/reply_rate", {"content": {**REPLIES, "weight": 2}}, format="json")
    assert (put.status_code, put.json()["field"]) == (400, "weight")
    moved = client.post(f"{base}/parts/metrics/reply_rate/move", {"steps": -2}, format="json")
    assert moved.status_code == 200
    weights = {"metrics": {"reply_rate": 0.2, "refund_rate": 0.4, "promise_rate": 0.4}}
    assert client.patch(f"{base}/weights", weights, format="json").json()["open_faults"] == []
    settings = {"content": {"composite": {"levels": [40, 80]}}}
    assert client.patch(f"{base}/settings", settings, format="json").status_code == 200
    assert client.delete(f"{base}/parts/metrics/reply_rate").status_code == 200
    assert client.get(f"{base}/parts/metrics/reply_rate").status_code == 404
    copy = client.post(f"{base}/copies", {}, format="json").json()["model"]
    assert (copy["model_version"], copy["status"]) == ("3", "draft")
    act = {"action": "discard", "note": "", "version": copy["version"]}
    gone = client.post(f"/api/v1/scoring-models/{copy['id']}/actions", act, format="json")
    assert gone.json()["status"] == "discarded"


def test_others_change_nothing(draft: ScoringModel) -> None:
    auditor, stranger = make_staff(Role.AUDITOR), owner_of(make_provider(status="admitted"))
    before = (draft.version, AuditEntry.objects.count(), ScoringModel.objects.count())
    base = f"/api/v1/scoring-models/{draft.pk}"
    calls = (
        ("post", "/parts/metrics", {"content": REPLIES}),
        ("put", "/parts/metrics/click_rate", {"content": REPLIES}),
        ("delete", "/parts/metrics/click_rate", {}),
        ("post", "/parts/metrics/click_rate/move", {"steps": 1}),
        ("patch", "/settings", {"content": {}}),
        ("patch", "/weights", {"metrics": {}}),
        ("post", "/copies", {}),
        ("post", "/trials", {}),
    )
    for method, address, body in calls:
        assert getattr(api(auditor), method)(base + address, body, format="json").status_code == 403, address
        assert getattr(api(stranger), method)(base + address, body, format="json").status_code == 404, address
    for address in ("edit/", "edit/settings/", "edit/metrics/new/", "edit/metrics/of/click_rate/", "edit/text/"):
        assert sign_in(auditor).get(f"/staff/scoring-models/{draft.pk}/{address}").status_code == 403
    draft.refresh_from_db()
    assert (draft.version, AuditEntry.objects.count(), ScoringModel.objects.count()) == before


def test_two_versions_side_by_side(draft: ScoringModel, analyst: User) -> None:
    client = api(analyst)
    weights = {"capabilities": {"traffic_marketing": 0.5, "service_fulfilment": 0.5}}
    client.patch(f"/api/v1/scoring-models/{draft.pk}/weights", weights, format="json")
    client.post(f"/api/v1/scoring-models/{draft.pk}/parts/metrics", {"content": REPLIES}, format="json")
    client.delete(f"/api/v1/scoring-models/{draft.pk}/parts/metrics/promise_rate")
    settings = {"content": {"composite": {"minimum_capabilities": 2, "levels": [50]}}}
    client.patch(f"/api/v1/scoring-models/{draft.pk}/settings", settings, format="json")
    found = client.get(f"/api/v1/scoring-models/{draft.pk}/comparison").json()
    told = {(change["kind"], change["key"], change["how"]) for change in found["changes"]}
    assert told == {
        ("settings", "", "changed"),
        ("capabilities", "traffic_marketing", "changed"),
        ("capabilities", "service_fulfilment", "changed"),
        ("metrics", "reply_rate", "added"),
        ("metrics", "promise_rate", "removed"),
    }
    levels = {"path": "composite.minimum_capabilities", "before": "1", "after": "2"}
    assert found["changes"][0]["fields"] == [levels]
    shares = {row["metric"]: (row["before"], row["after"]) for row in found["weights"]}
    assert shares["click_rate"] == (0.4, 0.5)
    assert (shares["promise_rate"], shares["reply_rate"]) == ((pytest.approx(0.3), None), (None, 0.1))
    page = sign_in(analyst).get(f"/staff/scoring-models/{draft.pk}/compare/")
    assert (page.status_code, len(page.context["comparison"].parts)) == (200, 5)
    assert sign_in(analyst).get(f"/staff/scoring-models/{draft.pk}/compare/?with=0").status_code == 404
    rule = load_model(small_model("1"))
    assert compare_models(rule, load_model(small_model("9"))).is_equal


def build_result(analyst: User, providers: int) -> LabResult:
    """A heavy draft tried on one run of so many providers."""
    make_published_model()
    made = [make_provider(status="admitted") for _ in range(providers)]
    make_facts([{"provider": each.code, **work(100 + 200 * n, 10 * n, 40)} for n, each in enumerate(made)])
    make_run()
    draft = services.create_draft(definition=HEAVY, by=analyst)
    options = {"draws": 20, "replicates": 5, "top": 2}
    trial = start_trial(model_id=draft.pk, by=analyst, options=options, in_background=False)
    carry_out(trial.pk, Silent())
    return trial.results.get()


def test_the_lab_by_page_and_by_endpoint(analyst: User, django_capture_on_commit_callbacks: Any) -> None:
    result = build_result(analyst, 3)
    draft, client = result.trial.scoring_model, sign_in(analyst)
    page = client.get(f"/staff/scoring-models/{draft.pk}/lab/")
    data = {**post_data(page.context["form"]), "runs": [result.run_id], "draws": "10", "replicates": "0"}
    assert client.post(f"/staff/scoring-models/{draft.pk}/lab/", {**data, "draws": "9999"}).status_code == 400
    with django_capture_on_commit_callbacks(execute=True):
        started = client.post(f"/staff/scoring-models/{draft.pk}/lab/", data)
    trial = LabTrial.objects.first()
    assert trial is not None
    assert (started.headers["Location"], trial.status) == (f"/staff/lab-trials/{trial.pk}/", "done")
    for address in (f"lab-trials/{trial.pk}/", f"lab-results/{trial.results.get().pk}/", f"lab-results/{result.pk}/"):
        assert client.get(f"/staff/{address}").status_code == 200
    export = client.get(f"/staff/lab-results/{result.pk}/moves/?_export=csv&affected=1").content.decode()
    assert len(export.splitlines()) == 1 + result.affected_count
    rest = api(analyst)
    ordered = rest.post(f"/api/v1/scoring-models/{draft.pk}/trials", {"options": {"draws": 5}}, format="json")
    assert (ordered.status_code, ordered.json()["status"]) == (202, "queued")
    act = {"action": "cancel", "version": ordered.json()["version"]}
    cancelled = rest.post(f"/api/v1/lab-trials/{ordered.json()['id']}/actions", act, format="json")
    assert cancelled.json()["status"] == "cancelled"
    read = rest.get(f"/api/v1/lab-results/{result.pk}").json()
    assert (read["result_digest"], read["summary"]["levels"]) == (result.result_digest, 2)
    moves = rest.get(f"/api/v1/lab-results/{result.pk}/moves?kind=down&ordering=-score_change").json()["results"]
    changes = [move["score_change"] for move in moves]
    assert changes == sorted(changes, reverse=True)
    assert rest.get("/api/v1/lab-trials").json()["count"] == 3


def test_a_provider_reads_announced_rules_and_what_they_mean_for_it(analyst: User) -> None:
    result = build_result(analyst, 2)
    draft, move = result.trial.scoring_model, result.moves.select_related("provider").first()
    assert move is not None
    member = owner_of(move.provider)
    address = f"/provider/scoring-rules/{draft.pk}/"
    assert sign_in(member).get(address).status_code == 404
    draft.refresh_from_db()
    services.announce(model_id=draft.pk, by=analyst, now=MORNING_AFTER)
    page = sign_in(member).get(address)
    assert (page.status_code, page.context["move"], len(page.context["comparison"].parts)) == (200, move, 2)
    assert sign_in(member, "zh-hans").get(address).status_code == 200
    assert api(member).get(f"/api/v1/lab-results/{result.pk}").status_code == 404
    assert api(member).get("/api/v1/lab-trials").json()["results"] == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_open_in_both_languages_for_those_who_only_read(analyst: User, language: str) -> None:
    result = build_result(analyst, 3)
    client, pk = sign_in(make_staff(Role.AUDITOR), language), result.trial.scoring_model_id
    for address in (
        f"scoring-models/{pk}/",
        f"scoring-models/{pk}/compare/",
        f"scoring-models/{pk}/lab/",
        f"lab-trials/{result.trial_id}/",
        f"lab-results/{result.pk}/",
        f"lab-results/{result.pk}/moves/",
    ):
        assert client.get(f"/staff/{address}").status_code == 200, address


def count_queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as context:
        assert client.get(address).status_code == 200
    return len(context)


def test_lists_do_not_query_by_row(analyst: User) -> None:
    counts = []
    for providers in (1, 3):
        result = build_result(analyst, providers) if not LabResult.objects.exists() else more(analyst, providers)
        client = sign_in(make_staff(Role.AUDITOR))
        addresses = (
            f"/staff/lab-results/{result.pk}/",
            f"/staff/lab-results/{result.pk}/moves/",
            f"/api/v1/lab-results/{result.pk}/moves",
        )
        counts.append([count_queries(client, address) for address in addresses])
    assert counts[0] == counts[1]


def more(analyst: User, providers: int) -> LabResult:
    """A later trial of another draft, with more providers."""
    made = [make_provider(status="admitted") for _ in range(providers)]
    make_facts([{"provider": each.code, **work(100 + 200 * n, 10 * n, 40)} for n, each in enumerate(made)])
    make_run()
    draft = services.create_draft(definition=HEAVY.replace('version = "2"', 'version = "3"'), by=analyst)
    options = {"draws": 20, "replicates": 5, "top": 2}
    trial = start_trial(model_id=draft.pk, by=analyst, options=options, in_background=False)
    carry_out(trial.pk, Silent())
    return trial.results.get()
