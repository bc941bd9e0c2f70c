"""Every address refuses the stranger and the wrong role. New addresses are covered by being listed in the URLconf."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter, UUIDConverter

from accounts import services
from accounts.models import User
from accounts.roles import OrganisationKind, Role

SAMPLES = {"int": 1, "uuid": "5f3c6b0e-0f8c-4a50-8d2c-0c2b5d9a3c11"}
# Open to everybody on purpose, or refusing by themselves (sign-in pages of allauth).
PUBLIC_PREFIXES = ("account_", "mfa_", "socialaccount_", "openid_connect_", "javascript-catalog", "prometheus")
PUBLIC_NAMES = {
    "pages:landing",
    "pages:language",
    "pages:criteria",
    "pages:window_list",
    "pages:window_final",
    "pages:provider_directory",
    "pages:provider_public",
    "pages:verify",
    "pages:verify_provider",
    "pages:false_claim",
    "pages:false_claim_thanks",
    "pages:signing_keys",
    "pages:board_list",
    "pages:board",
    "pages:board_embed",
    "pages:board_kind",
    "pages:season_review",
    "pages:season_certificate",
    "pages:verify_season",
    "pages:board_rules",
    "pages:board_pinned",
    "pages:board_entries",
    "api:schema",
    "api:reference",
    "api:v1:criteria-in-force",
    "api:v1:window-final-list",
    "api:v1:token",
    "api:v1:verification",
    "api:v1:season-certificate",
    "api:v1:false-claim-report",
}


def named_patterns(
    resolver: URLResolver | None = None, spaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, URLPattern]]:
    resolver = resolver or get_resolver()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if str(entry.pattern) == "account/":
                continue  # the sign-in pages of allauth, open to strangers by their nature
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from named_patterns(entry, inner)
        else:
            yield ":".join((*spaces, entry.name or "?")), entry


def address(name: str, pattern: URLPattern) -> str:
    kwargs = {}
    for key, converter in pattern.pattern.converters.items():
        if isinstance(converter, UUIDConverter):
            kwargs[key] = SAMPLES["uuid"]
        elif isinstance(converter, IntConverter):
            kwargs[key] = 1
        elif "date" in key or key == "day":
            kwargs[key] = "2026-01-31"
        else:
            kwargs[key] = "P000001"
    return reverse(name, kwargs=kwargs)


def is_public(name: str) -> bool:
    return name in PUBLIC_NAMES or name.startswith(PUBLIC_PREFIXES) or name.startswith("pages:public:")


CLOSED = [(name, pattern) for name, pattern in named_patterns() if not is_public(name)]
# Whoever is signed in may come to register; what the page does decides the rest.
OPEN_TO_NEWCOMERS = {"pages:provider:register", "pages:merchant:register"}
STAFF = [(name, p) for name, p in CLOSED if name.startswith("pages:staff:")]
PROVIDER = [(name, p) for name, p in CLOSED if name.startswith("pages:provider:") and name not in OPEN_TO_NEWCOMERS]
MERCHANT = [(name, p) for name, p in CLOSED if name.startswith("pages:merchant:") and name not in OPEN_TO_NEWCOMERS]
API = [(name, p) for name, p in CLOSED if name.startswith("api:")]


def by_name(value: object) -> str:
    return value if isinstance(value, str) else ""


def member(email: str, kind: str | None, role: str | None) -> Client:
    user: User = services.create_user(email=email, password=None)
    if kind and role:
        organisation = (
            services.get_or_create_platform()
            if kind == OrganisationKind.PLATFORM
            else services.create_organisation(kind=kind, name=email, by=None)
        )
        services.add_member(organisation_id=organisation.pk, user=user, role=role, by=None)
    client = Client()
    client.force_login(user)
    return client


def test_every_address_has_a_name() -> None:
    assert [str(pattern.pattern) for name, pattern in named_patterns() if name.endswith("?")] == []


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("name", "pattern"), CLOSED, ids=by_name)
def test_strangers_are_refused(name: str, pattern: URLPattern, method: str, client: Client) -> None:
    response = getattr(client, method)(address(name, pattern))
    if name.startswith("api:"):
        assert response.status_code in {401, 405}
        assert response.headers["Content-Type"] == "application/problem+json"
    else:
        assert response.status_code in {302, 405}
        if response.status_code == 302:
            assert response.headers["Location"].startswith("/account/login/?next=")


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("name", "pattern"), STAFF, ids=by_name)
def test_staff_pages_refuse_everybody_else(name: str, pattern: URLPattern, method: str) -> None:
    for email, kind, role in (
        ("nobody@example.com", None, None),
        ("owner@example.com", OrganisationKind.PROVIDER, Role.PROVIDER_OWNER),
        ("shop@example.com", OrganisationKind.MERCHANT, Role.MERCHANT_OWNER),
    ):
        response = getattr(member(email, kind, role), method)(address(name, pattern))
        assert response.status_code in {403, 405}, email


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("name", "pattern"), PROVIDER, ids=by_name)
def test_provider_pages_refuse_everybody_else(name: str, pattern: URLPattern, method: str) -> None:
    for email, kind, role in (
        ("auditor@example.com", OrganisationKind.PLATFORM, Role.AUDITOR),
        ("shop@example.com", OrganisationKind.MERCHANT, Role.MERCHANT_OWNER),
    ):
        response = getattr(member(email, kind, role), method)(address(name, pattern))
        assert response.status_code in {403, 405}, email


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("name", "pattern"), MERCHANT, ids=by_name)
def test_merchant_pages_refuse_everybody_else(name: str, pattern: URLPattern, method: str) -> None:
    for email, kind, role in (
        ("auditor@example.com", OrganisationKind.PLATFORM, Role.AUDITOR),
        ("owner@example.com", OrganisationKind.PROVIDER, Role.PROVIDER_OWNER),
    ):
        response = getattr(member(email, kind, role), method)(address(name, pattern))
        assert response.status_code in {403, 405}, email


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "pattern"), API, ids=by_name)
def test_the_api_shows_an_outsider_nothing(name: str, pattern: URLPattern) -> None:
    """A signed-in person without any organisation: lists are empty, objects do not exist, writes are refused."""
    client = member("nobody@example.com", None, None)
    read = client.get(address(name, pattern))
    assert read.status_code in {200, 403, 404, 405}
    if read.status_code == 200 and not name.startswith(PUBLIC_API):
        assert read.json().get("results") == []
    written = client.post(address(name, pattern), {}, content_type="application/json")
    assert written.status_code in {400, 403, 404, 405, 415}


# Readable for every signed-in person on purpose.
PUBLIC_API: tuple[str, ...] = ("api:v1:document-rule",)
