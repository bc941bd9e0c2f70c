"""What every endpoint shares: problem documents, idempotency keys, tokens, the upload limit, the schema."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from openapi_spec_validator import validate
from rest_framework.test import APIClient
from rest_framework.throttling import ScopedRateThrottle

from accounts.models import User
from accounts.services import create_user
from common.audit.models import AuditEntry
from common.idempotency.models import StoredResponse
from common.jobs.models import Job

pytestmark = pytest.mark.django_db
PROBLEM_FIELDS = {"type", "title", "status", "code", "detail", "field", "remedy", "errors"}


@pytest.fixture
def user() -> User:
    return create_user(email="wu@example.com", password="correct horse battery")


@pytest.fixture
def api(user: User) -> APIClient:
    client = APIClient(headers={"Accept-Language": "en"})
    client.force_authenticate(User.objects.get(pk=user.pk))
    return client


@pytest.fixture
def job(user: User) -> Job:
    return Job.objects.create(name="common.probe", created_at=timezone.now(), created_by=user)


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert set(body) == PROBLEM_FIELDS
    assert (body["status"], body["code"]) == (status, code)
    return body


def test_a_stranger_is_asked_to_sign_in() -> None:
    response = APIClient().get(f"/api/v1/jobs/{uuid4()}")
    assert_problem(response, 401, "not_authenticated")
    assert response.headers["WWW-Authenticate"].startswith(("Token", "Session"))


def test_an_unknown_address_is_a_problem_too(api: APIClient) -> None:
    body = assert_problem(api.get("/api/v1/nothing-here"), 404, "not_found")
    assert body["detail"] == "There is nothing here under this address."


def test_a_missing_object_is_a_problem(api: APIClient) -> None:
    body = assert_problem(api.get(f"/api/v1/jobs/{uuid4()}"), 404, "not_found")
    assert body["detail"] == "There is nothing here under this address."


def test_somebody_elses_job_does_not_exist(job: Job) -> None:
    other = APIClient()
    other.force_authenticate(create_user(email="zheng@example.com", password=None))
    assert_problem(other.get(f"/api/v1/jobs/{job.pk}"), 404, "not_found")
    assert_problem(other.post(f"/api/v1/jobs/{job.pk}/cancel"), 404, "not_found")
    job.refresh_from_db()
    assert job.status == "queued"


def test_a_wrong_method_is_a_problem(api: APIClient, job: Job) -> None:
    assert_problem(api.delete(f"/api/v1/jobs/{job.pk}"), 405, "method_not_allowed")


def test_malformed_json_is_a_problem() -> None:
    client = Client(headers={"Accept-Language": "en"})
    response = client.post("/api/v1/tokens", "{not json", content_type="application/json")
    assert_problem(response, 400, "parse_error")


def test_field_errors_name_their_fields() -> None:
    response = APIClient(headers={"Accept-Language": "en"}).post("/api/v1/tokens", {}, format="json")
    body = assert_problem(response, 400, "invalid_input")
    assert [error["field"] for error in body["errors"]] == ["username", "password"]


def test_a_token_opens_the_api(user: User, job: Job) -> None:
    credentials = {"username": "wu@example.com", "password": "correct horse battery"}
    token = APIClient().post("/api/v1/tokens", credentials, format="json").json()["token"]
    answer = APIClient(headers={"Authorization": f"Token {token}"}).get(f"/api/v1/jobs/{job.pk}")
    assert (answer.status_code, answer.json()["status"], answer.json()["percent"]) == (200, "queued", None)


def test_a_wrong_password_gives_no_token(user: User) -> None:
    credentials = {"username": "wu@example.com", "password": "wrong"}
    assert_problem(APIClient().post("/api/v1/tokens", credentials, format="json"), 400, "invalid_input")


def test_a_repeated_key_gets_the_first_answer(api: APIClient, job: Job) -> None:
    headers = {"Idempotency-Key": "cancel-1"}
    first = api.post(f"/api/v1/jobs/{job.pk}/cancel", headers=headers)
    second = api.post(f"/api/v1/jobs/{job.pk}/cancel", headers=headers)
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json() == first.json()
    assert second.headers["Idempotent-Replay"] == "true"
    assert AuditEntry.objects.filter(action="job.cancel").count() == 1


def test_without_a_key_the_repeat_meets_the_new_state(api: APIClient, job: Job) -> None:
    api.post(f"/api/v1/jobs/{job.pk}/cancel")
    assert_problem(api.post(f"/api/v1/jobs/{job.pk}/cancel"), 409, "conflict")


def test_a_refusal_is_kept_too(api: APIClient, job: Job) -> None:
    Job.objects.update(status="done", finished_at=timezone.now())
    headers = {"Idempotency-Key": "cancel-2"}
    first = assert_problem(api.post(f"/api/v1/jobs/{job.pk}/cancel", headers=headers), 409, "conflict")
    assert StoredResponse.objects.get().status == 409
    again = api.post(f"/api/v1/jobs/{job.pk}/cancel", headers=headers)
    assert assert_problem(again, 409, "conflict") == first
    assert again.headers["Idempotent-Replay"] == "true"


def test_a_key_serves_one_request(api: APIClient, job: Job) -> None:
    api.post(f"/api/v1/jobs/{job.pk}/cancel", headers={"Idempotency-Key": "k"})
    other = Job.objects.create(name="common.probe", created_at=timezone.now(), created_by=job.created_by)
    response = api.post(f"/api/v1/jobs/{other.pk}/cancel", headers={"Idempotency-Key": "k"})
    assert assert_problem(response, 400, "invalid_input")["field"] == "Idempotency-Key"
    other.refresh_from_db()
    assert other.status == "queued"


def test_problems_speak_the_callers_language(job: Job) -> None:
    response = APIClient(headers={"Accept-Language": "zh-Hans"}).get("/api/v1/nothing-here")
    assert response.json()["detail"] == "该地址下没有内容。"


@pytest.mark.parametrize("address", ["/api/v1/tokens", "/account/login/"])
def test_a_body_over_the_limit_is_refused_before_it_is_read(address: str, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1024
    response = Client(headers={"Accept-Language": "en"}).post(address, b"x" * 1025, content_type="application/json")
    assert response.status_code == 413
    assert "largest" in response.content.decode() or "larger than" in response.content.decode()


def test_a_long_body_without_a_file_is_too_large(api: APIClient, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024
    response = api.post("/api/v1/tokens", {"username": "x" * 1024}, format="json")
    assert "without a file" in assert_problem(response, 413, "too_large")["detail"]


def test_a_body_of_unknown_length_is_refused() -> None:
    """The web server hands on nothing of a chunked body, so that it would pass for an empty one."""
    browser = Client(headers={"Accept-Language": "en", "Transfer-Encoding": "chunked"})
    response = browser.generic("POST", "/api/v1/fact-batches")
    body = assert_problem(response, 411, "length_missing")
    assert body["remedy"] == "Send it with a Content-Length header, not in chunks."


def test_a_wrong_type_of_body_is_told_which_are_taken(api: APIClient) -> None:
    response = api.post("/api/v1/tokens", "a=1", content_type="application/x-www-form-urlencoded")
    assert assert_problem(response, 415, "unsupported_media_type")["remedy"].endswith(": application/json.")


def test_passwords_cannot_be_tried_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setitem(ScopedRateThrottle.THROTTLE_RATES, "password", "2/minute")
    answers = [APIClient().post("/api/v1/tokens", {}, format="json") for _ in range(3)]
    cache.clear()
    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert int(answers[2].headers["Retry-After"]) <= 60
    assert_problem(answers[2], 429, "throttled")


def test_the_schema_is_valid_openapi(client: Client) -> None:
    document = client.get("/api/schema/?format=json").json()
    assert document["openapi"].startswith("3.")
    validate(document)
    assert "/api/v1/jobs/{id}" in document["paths"]
