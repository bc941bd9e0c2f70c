"""Pages for everybody, the switches in the header, and error pages."""

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from accounts.roles import OrganisationKind, Role
from accounts.services import create_organisation
from common.audit.models import AuditEntry
from common.jobs.models import Job
from pages import errors
from providers.registry.status_services import suspend_provider
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.providers import make_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Client:
    return Client(headers={"accept-language": "en"})


def test_directory_lists_only_who_may_work(reader: Client) -> None:
    admitted, registered = make_provider(status="admitted"), make_provider()
    text = reader.get("/providers/").content.decode()
    assert admitted.name in text
    assert registered.name not in text


@pytest.mark.parametrize("code", ["{code}", " {code} ", "{lower}"])
def test_search_by_code_leads_to_the_provider(reader: Client, code: str) -> None:
    provider = make_provider(status="admitted")
    wanted = code.format(code=provider.code, lower=provider.code.lower())
    response = reader.get("/providers/", {"q": wanted})
    assert (response.status_code, response["Location"]) == (302, f"/providers/{provider.code}/")


def test_public_page_says_whether_the_provider_may_work(reader: Client) -> None:
    provider = make_provider(status="admitted")
    text = reader.get(f"/providers/{provider.code}/").content.decode()
    assert "This provider is real and may work for merchants today." in text
    assert f"{settings.BASE_URL}/verify/{provider.code}/" in text
    assert str(provider.uscc) not in text
    suspend_provider(provider_id=provider.pk, by=make_staff(Role.CONDUCT_OFFICER), note="Under enquiry.")
    text = reader.get(f"/providers/{provider.code}/").content.decode()
    assert "This provider is suspended." in text
    assert "Under enquiry." not in text


def test_nobody_learns_of_providers_that_were_never_admitted(reader: Client) -> None:
    provider = make_provider()
    assert reader.get(f"/providers/{provider.code}/").status_code == 404
    assert reader.get("/providers/", {"q": provider.code}).status_code == 200
    assert reader.get("/providers/P999999/").status_code == 404


def test_language_is_switched_and_remembered() -> None:
    user = make_user()
    client = Client()
    client.force_login(user)
    response = client.post("/language/", {"language": "en", "next": "/providers/?q=x"})
    assert (response.status_code, response["Location"]) == (302, "/providers/?q=x")
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    user.refresh_from_db()
    assert user.language == "en"
    assert client.get("/").content.decode().count('<html lang="en">') == 1


def test_language_switch_never_leaves_the_portal() -> None:
    response = Client().post("/language/", {"language": "en", "next": "https://elsewhere.example/"})
    assert response["Location"] == "/"


def test_workspace_of_others_cannot_be_chosen() -> None:
    stranger = make_user()
    organisation = create_organisation(kind=OrganisationKind.PROVIDER, name="Lantern", by=None)
    make_member(organisation, Role.PROVIDER_OWNER)
    client = Client()
    client.force_login(stranger)
    assert client.post("/workspace/", {"organisation": organisation.pk}).status_code == 404
    assert "organisation_id" not in client.session


@pytest.mark.parametrize("address", ["/no/such/page/", "/jobs/5f3c6b0e-0f8c-4a50-8d2c-0c2b5d9a3c11/"])
def test_what_does_not_exist_says_so(reader: Client, address: str) -> None:
    reader.force_login(make_user())
    response = reader.get(address)
    assert response.status_code == 404
    assert "There is nothing here under this address." in response.content.decode()


def test_a_form_from_elsewhere_is_refused_on_a_page_of_the_portal() -> None:
    browser = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    answer = browser.post("/account/login/", {"login": "he@example.com", "password": "x"})
    assert answer.status_code == 403
    assert "This form has gone stale" in answer.content.decode()
    assert "DEBUG" not in answer.content.decode()


def test_refusal_for_htmx_is_only_an_alert(reader: Client) -> None:
    reader.force_login(make_user())
    text = reader.get("/staff/", headers={"hx-request": "true"}).content.decode()
    assert text.startswith('<div class="alert-line alert-error" data-alert role="alert">')
    assert "<html" not in text


def test_server_error_page_stands_without_request_and_database(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "data-alert" in response.content.decode()


@pytest.fixture
def job() -> Job:
    return Job.objects.create(name="common.probe", created_at="2026-03-02T04:00Z", created_by=make_user())


def test_job_is_shown_to_its_owner_and_staff_only(job: Job, reader: Client) -> None:
    for user, status in ((job.created_by, 200), (make_staff(Role.AUDITOR), 200), (make_user(), 404)):
        assert user is not None
        reader.force_login(user)
        assert reader.get(f"/jobs/{job.pk}/").status_code == status
        assert reader.get(f"/jobs/{job.pk}/progress/").status_code == status


def test_polled_part_reloads_the_page_once_the_job_has_ended(job: Job, reader: Client) -> None:
    reader.force_login(job.created_by)  # type: ignore[arg-type]
    assert "HX-Refresh" not in reader.get(f"/jobs/{job.pk}/progress/").headers
    Job.objects.filter(pk=job.pk).update(status="done", finished_at="2026-03-02T04:01Z")
    assert reader.get(f"/jobs/{job.pk}/progress/")["HX-Refresh"] == "true"


def test_job_is_cancelled_by_its_owner_and_comes_back_to_the_page(job: Job, reader: Client) -> None:
    reader.force_login(job.created_by)  # type: ignore[arg-type]
    response = reader.post(f"/jobs/{job.pk}/cancel/", {"next": "/providers/"})
    assert (response.status_code, response["Location"]) == (302, "/providers/")
    job.refresh_from_db()
    assert job.status == "cancelled"


def test_auditor_sees_a_job_but_does_not_cancel_it(job: Job, reader: Client) -> None:
    reader.force_login(make_staff(Role.AUDITOR))
    assert "/cancel/" not in reader.get(f"/jobs/{job.pk}/").content.decode()
    before = AuditEntry.objects.count()
    assert reader.post(f"/jobs/{job.pk}/cancel/").status_code == 403
    job.refresh_from_db()
    assert (job.status, AuditEntry.objects.count()) == ("queued", before)


def test_next_address_elsewhere_is_not_followed(job: Job, reader: Client) -> None:
    reader.force_login(job.created_by)  # type: ignore[arg-type]
    response = reader.post(f"/jobs/{job.pk}/cancel/", {"next": "https://elsewhere.example/"})
    assert response["Location"] == f"/jobs/{job.pk}/"
