"""Public verification: pages, signed statements, keys, rate limits, reports of false claims."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from rest_framework.test import APIClient
from rest_framework.throttling import ScopedRateThrottle

from accounts.models import User
from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import TooManyRequests
from common.rates import check_rate, sender_of
from providers.registry.models import Provider
from providers.registry.status_services import clear_out_provider, suspend_provider
from providers.verification.canonical import canonical
from providers.verification.checking import NotVerified, check_statement
from providers.verification.keys import published_keys
from providers.verification.models import FalseClaim
from providers.verification.services import report_false_claim
from providers.verification.statements import make_statement, mask_uscc, sign_statement
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.providers import make_provider, owner_of, unchanged

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
KEYS = "/.well-known/paddock-keys.json"
API = "/api/v1/verification"
REPORT = {"claimant": "Lantern  Commerce", "text": "Says it is admitted.", "claimed_code": "p000001"}


@pytest.fixture
def reader() -> Client:
    return Client(headers={"accept-language": "en"})


def client_of(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=user.pk))
    return client


def api_of(user: User) -> APIClient:
    client = APIClient(headers={"Accept-Language": "en"})
    client.force_authenticate(User.objects.get(pk=user.pk))
    return client


def sanction(provider: Provider, service: Any) -> Provider:
    changed: Provider = service(
        provider_id=provider.pk, by=make_staff(Role.CONDUCT_OFFICER), note="Secret reason.", now=NOW
    )
    return changed


def verify_with_published_key(document: dict[str, Any], keys: dict[str, Any]) -> None:
    """What a stranger writes: nothing of the portal is used but the two documents. Raises InvalidSignature."""

    def decode(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    key = next(key for key in keys["keys"] if key["kid"] == document["signature"]["key_id"])
    text = json.dumps(document["statement"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    Ed25519PublicKey.from_public_bytes(decode(key["x"])).verify(decode(document["signature"]["value"]), text.encode())


def test_a_stranger_verifies_offline_with_the_published_key(reader: Client) -> None:
    provider = make_provider(name="灯笼“电商”", status="admitted")
    text = reader.get(f"{API}/{provider.code}").content.decode()
    keys = reader.get(KEYS).json()
    document = json.loads(text)
    verify_with_published_key(document, keys)
    assert document["statement"]["name"] == "灯笼“电商”"
    changed = text.replace('"status":"admitted"', '"status":"Admitted"')
    assert changed != text
    with pytest.raises(InvalidSignature):
        verify_with_published_key(json.loads(changed), keys)


def test_every_changed_field_breaks_the_signature() -> None:
    document = sign_statement(make_statement(make_provider(status="admitted"), now=NOW))
    keys = {"keys": published_keys()}
    assert check_statement(document, keys, now=NOW) == document["statement"]
    for field in document["statement"]:
        forged = {**document, "statement": {**document["statement"], field: "2027-01-01T00:00:00Z"}}
        with pytest.raises(NotVerified):
            check_statement(forged, keys, now=NOW)


def test_a_statement_ends_and_a_foreign_or_missing_key_is_no_proof() -> None:
    document = sign_statement(make_statement(make_provider(status="admitted"), now=NOW))
    keys = {"keys": published_keys()}
    for moment in (NOW - timedelta(seconds=1), NOW + timedelta(hours=24)):
        with pytest.raises(NotVerified, match="valid from"):
            check_statement(document, keys, now=moment)
    with pytest.raises(NotVerified, match="not among the published"):
        check_statement(document, {"keys": []}, now=NOW)
    for nonsense in ({}, [], "x", {"statement": {}, "signature": {}}):
        with pytest.raises(NotVerified, match="not a signed statement"):
            check_statement(nonsense, keys, now=NOW)


def test_a_retired_key_stays_published(settings: Any) -> None:
    document = sign_statement(make_statement(make_provider(status="admitted"), now=NOW))
    [old] = published_keys()
    settings.SIGNING_KEY = base64.urlsafe_b64encode(b"\x07" * 32).rstrip(b"=").decode()
    with pytest.raises(NotVerified):
        check_statement(document, {"keys": published_keys()}, now=NOW)
    settings.RETIRED_SIGNING_KEYS = [old["x"]]
    keys = published_keys()
    assert [key["kid"] for key in keys][1] == old["kid"]
    assert set(old) == {"kty", "crv", "x", "kid", "use", "alg"}
    assert (old["kty"], old["crv"], old["alg"], len(old["x"]), len(old["kid"])) == ("OKP", "Ed25519", "EdDSA", 43, 43)
    assert check_statement(document, {"keys": keys}, now=NOW)


def test_the_command_verifies_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    provider = make_provider(status="admitted")
    document = sign_statement(make_statement(provider))
    (tmp_path / "s.json").write_text(json.dumps(document))
    (tmp_path / "k.json").write_text(json.dumps({"keys": published_keys()}))
    call_command("verify_statement", str(tmp_path / "s.json"), keys=tmp_path / "k.json")
    assert capsys.readouterr().out.startswith(f"Genuine. {provider.code} {provider.name}: admitted since ")
    (tmp_path / "s.json").write_text(json.dumps(document).replace("admitted", "cleared"))
    with pytest.raises(CommandError, match="does not fit"):
        call_command("verify_statement", str(tmp_path / "s.json"), keys=tmp_path / "k.json")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_statement", str(tmp_path / "none.json"), keys=tmp_path / "k.json")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": [True, None, 'é\n"\\']}, '{"a":[true,null,"é\\n\\"\\\\"],"b":1}'),
        ({"a": {"z": 2**53 - 1, "A": "\x1f"}}, '{"a":{"A":"\\u001f","z":9007199254740991}}'),
        ([], "[]"),
    ],
)
def test_the_canonical_form(value: Any, expected: str) -> None:
    assert canonical(value).decode() == expected


@pytest.mark.parametrize("value", [1.5, float("nan"), {1: 2}, {"é": 1}, 2**53, b"x", {"a": [object()]}])
def test_what_has_no_canonical_form(value: Any) -> None:
    with pytest.raises(ValueError, match=r"canonical|number|key"):
        canonical(value)


def test_what_a_statement_says(reader: Client) -> None:
    newcomer = make_provider(status="probation")
    statement = make_statement(newcomer)
    assert newcomer.newcomer_until is not None
    assert (statement["status"], statement["newcomer_until"]) == ("probation", newcomer.newcomer_until.isoformat())
    assert statement["may_call_itself"] == {"zh": "考察期服务商", "en": "Service provider on probation"}
    assert statement["sanctions"] == []
    for service, status in ((suspend_provider, "suspended"), (clear_out_provider, "cleared_out")):
        provider = sanction(newcomer, service)
        statement = make_statement(provider, now=NOW)
        assert (statement["may_call_itself"], statement["newcomer_until"]) == (None, None)
        assert statement["sanctions"] == [{"kind": status, "since": "2026-06-01"}]
        text = reader.get(f"/verify/{provider.code}/").content.decode()
        assert provider.get_status_display() in text or status in text
        assert "Secret reason." not in text
    assert (statement["issued_at"], statement["valid_until"]) == ("2026-06-01T04:00:00Z", "2026-06-02T04:00:00Z")


def test_nothing_private_is_told(reader: Client) -> None:
    provider = make_provider(status="admitted")
    owner = owner_of(provider)
    for address in (f"/verify/{provider.code}/", f"{API}/{provider.code}"):
        text = reader.get(address).content.decode()
        assert mask_uscc(str(provider.uscc)) in text
        assert str(provider.uscc) not in text
        assert owner.email not in text
    assert mask_uscc("91330100000000001X") == "9133**********001X"
    assert mask_uscc("short") == ""


def test_unknown_and_never_admitted_codes_get_the_same_answer(reader: Client) -> None:
    waiting = make_provider()
    for form in ("/verify/{}/", "/verify/?code={}", API + "/{}"):
        answers = [reader.get(form.format(code)) for code in (waiting.code, "P999999", "x")]
        assert [answer.status_code for answer in answers] == [404] * 3
        words = {answer.content.decode().split("data-alert")[-1] for answer in answers}
        assert len(words) == 1, form
    assert b"There is nothing here" in reader.get(f"/verify/{waiting.code}/").content


@pytest.mark.parametrize(
    "address", ["/verify/%00/", f"{API}/P%00", "/windows/%00/", "/api/v1/windows/%00", "/staff/providers/%00/"]
)
def test_an_address_with_a_nul_leads_nowhere(reader: Client, address: str) -> None:
    response = reader.get(address)
    assert response.status_code == 404
    assert ("application/problem+json" in response.headers["Content-Type"]) == address.startswith("/api/")


def test_the_form_leads_to_the_page(reader: Client) -> None:
    provider = make_provider(status="admitted")
    answer = reader.get("/verify/", {"code": f" {provider.code.lower()} "})
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in provider.code)  # as a Chinese keyboard may type it
    assert reader.get("/verify/", {"code": wide})["Location"] == answer["Location"]
    assert (answer.status_code, answer["Location"]) == (302, f"/verify/{provider.code}/")
    assert reader.get("/verify/").status_code == 200
    assert reader.get("/verify/", {"code": ""}).status_code == 400


@pytest.mark.parametrize("address", ["/verify/", "/verify/P000001/"])
def test_too_many_looks_are_refused_with_a_time(reader: Client, settings: Any, address: str) -> None:
    cache.clear()
    settings.PAGE_RATES = {"verify": "2/day"}
    assert {reader.get(address).status_code for _ in range(2)} <= {200, 404}
    answer = reader.get(address)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 86_400
    assert "Too many requests came from your address." in answer.content.decode()
    assert reader.get(address, REMOTE_ADDR="10.0.0.9").status_code in {200, 404}


def test_the_endpoint_is_limited_too(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"verify": "1/day", "false_claim": "1/day"})
    provider = make_provider(status="admitted")
    assert [reader.get(f"{API}/{provider.code}").status_code for _ in range(2)] == [200, 429]
    answer = reader.get(f"{API}/P999999")
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert int(answer["Retry-After"]) > 0


def test_whose_request_it_is(settings: Any) -> None:
    def sender(address: str, forwarded: str = "", proxies: int = 0) -> str:
        settings.TRUSTED_PROXY_COUNT = proxies
        headers = {"x-forwarded-for": forwarded} if forwarded else {}
        return sender_of(RequestFactory().get("/", REMOTE_ADDR=address, headers=headers))

    assert sender("1.2.3.4", "9.9.9.9") == "1.2.3.4"
    assert sender("10.0.0.1", "6.6.6.6, 1.2.3.4", 1) == "1.2.3.4"
    assert sender("10.0.0.1", "1.2.3.4", 2) == "1.2.3.4"
    assert sender("10.0.0.1", "", 1) == "10.0.0.1"
    assert sender("2001:db8:1:2:3:4:5:6") == sender("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert sender("", "nonsense", 1) == "unknown"


def test_a_window_of_time_ends(settings: Any) -> None:
    cache.clear()
    settings.PAGE_RATES = {"verify": "1/minute"}
    request = RequestFactory().get("/")
    check_rate(request, "verify", now=120.0)
    with pytest.raises(TooManyRequests) as refusal:
        check_rate(request, "verify", now=170.0)
    assert refusal.value.retry_after == 10
    check_rate(request, "verify", now=180.0)


def test_anybody_reports_a_false_claim_and_a_conduct_officer_decides(reader: Client) -> None:
    form = {**REPORT, "seen_at_url": "https://shop.example/about", "contact_email": "me@example.com"}
    answer = reader.post("/verify/report/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/verify/report/thanks/")
    assert reader.get("/verify/report/thanks/").status_code == 200
    claim = FalseClaim.objects.get()
    assert (claim.claimant, claim.claimed_code, claim.created_by) == ("Lantern Commerce", "P000001", None)
    officer, auditor, stranger = make_staff(Role.CONDUCT_OFFICER), make_staff(Role.AUDITOR), make_user()
    address = f"/staff/false-claims/{claim.pk}/"
    assert "https://shop.example/about" in client_of(auditor).get(address).content.decode()
    step = {"action": "confirm", "note": "The account uses our logo.", "version": 1}
    with unchanged():
        assert client_of(auditor).post(f"{address}act/", step).status_code == 403
        assert client_of(officer).post(f"{address}act/", {**step, "note": " "}).status_code == 400
        assert client_of(stranger).get(address).status_code == 403
    assert client_of(officer).post(f"{address}act/", step).status_code == 302
    claim.refresh_from_db()
    assert (claim.status, claim.decided_by, claim.decision_note) == ("confirmed", officer, step["note"])
    with unchanged():
        assert client_of(officer).post(f"{address}act/", {**step, "version": 2}).status_code == 409
    actions = AuditEntry.objects.filter(subject_type="providers.falseclaim").values_list("action", flat=True)
    assert list(actions) == ["false_claim.confirm", "false_claim.report"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"claimant": " "}, "claimant"),
        ({"text": ""}, "text"),
        ({"seen_at_url": "javascript:alert(1)"}, "seen_at_url"),
        ({"seen_at_url": "shop.example"}, "seen_at_url"),
        ({"contact_email": "nobody"}, "contact_email"),
    ],
)
def test_bad_reports_change_nothing(reader: Client, change: dict[str, str], field: str) -> None:
    with unchanged():
        answer = reader.post("/verify/report/", {**REPORT, **change})
        assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])
        refusal = reader.post("/api/v1/false-claim-reports", {**REPORT, **change}, content_type="application/json")
        assert (refusal.status_code, refusal.json()["field"]) == (400, field)


def test_reports_are_limited_by_address(reader: Client, settings: Any) -> None:
    cache.clear()
    settings.PAGE_RATES = {"false_claim": "1/day"}
    assert reader.post("/verify/report/", REPORT).status_code == 302
    assert reader.get("/verify/report/").status_code == 200
    with unchanged():
        assert reader.post("/verify/report/", REPORT).status_code == 429


def test_reports_by_the_api(reader: Client) -> None:
    sent = reader.post("/api/v1/false-claim-reports", REPORT, content_type="application/json")
    claim = FalseClaim.objects.get()
    assert (sent.status_code, sent.json()) == (201, {"number": claim.number})
    officer, stranger = api_of(make_staff(Role.CONDUCT_OFFICER)), api_of(make_user())
    assert officer.get("/api/v1/false-claims", {"q": "lantern"}).json()["count"] == 1
    assert stranger.get("/api/v1/false-claims").json()["count"] == 0
    address = f"/api/v1/false-claims/{claim.pk}"
    step = {"action": "dismiss", "note": "It is the company itself.", "version": 1}
    with unchanged():
        assert stranger.get(address).status_code == 404
        assert stranger.post(f"{address}/actions", step).status_code == 404
        assert reader.get(address).status_code == 401
    body = officer.post(f"{address}/actions", step).json()
    assert (body["status"], body["decision_note"], body["allowed_actions"]) == ("dismissed", step["note"], [])


def test_nobody_decides_on_a_report_that_names_the_own_company() -> None:
    provider = make_provider(status="admitted")
    officer = make_staff(Role.CONDUCT_OFFICER)
    make_member(provider.organisation, Role.PROVIDER_TRADER, officer)
    claim = report_false_claim(claimant="X", text="Y", claimed_code=provider.code, by=None)
    with unchanged():
        answer = api_of(officer).post(
            f"/api/v1/false-claims/{claim.pk}/actions", {"action": "confirm", "note": "Z", "version": 1}
        )
    assert (answer.status_code, answer.json()["code"]) == (403, "conflict_of_interest")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_reports_costs_the_same_however_long(count: int, django_assert_num_queries: Any) -> None:
    for _ in range(count):
        report_false_claim(claimant="X", text="Y", by=None)
    client = client_of(make_staff(Role.CONDUCT_OFFICER))
    with django_assert_num_queries(6):
        assert client.get("/staff/false-claims/").status_code == 200
