"""The side navigation: every entry leads somewhere, and nobody sees what they may not open."""

import pytest
from django.test import Client, RequestFactory

from accounts.models import User
from accounts.permissions import has_permission
from accounts.roles import ALL_PERMISSIONS, OrganisationKind, Role
from accounts.services import create_organisation
from pages.context_processors import navigation
from pages.navigation import NAVIGATION, Item, build_navigation, find_url
from tests.factories.accounts import make_member, make_staff, make_user

ITEMS = [item for sections in NAVIGATION.values() for section in sections for item in section.items]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.url_name)
def test_entry_leads_somewhere_and_names_a_real_permission(item: Item) -> None:
    assert find_url(item) != ""
    assert item.permission in ALL_PERMISSIONS


def test_entry_without_page_is_left_out() -> None:
    assert find_url(Item("staff:no_such_page", "Nothing", "provider.view", "home")) == ""


def test_only_permitted_entries_are_shown() -> None:
    groups = build_navigation(OrganisationKind.PLATFORM, lambda permission: permission == "audit.view", "/")
    assert [link.url for group in groups for link in group.links] == ["/staff/audit/"]


@pytest.mark.parametrize(
    ("path", "active"),
    [
        ("/staff/", ["/staff/"]),
        ("/staff/applications/", ["/staff/applications/"]),
        ("/staff/applications/7/", ["/staff/applications/"]),
        ("/account/2fa/", []),
    ],
)
def test_the_entry_of_the_page_is_marked(path: str, active: list[str]) -> None:
    groups = build_navigation(OrganisationKind.PLATFORM, lambda permission: True, path)
    assert [link.url for group in groups for link in group.links if link.active] == active


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMISSION_REVIEWER])
def test_every_entry_opens_for_its_holder(role: str) -> None:
    holder = make_staff(role)
    client = Client()
    client.force_login(holder)
    for group in build_navigation(
        OrganisationKind.PLATFORM, lambda permission: has_permission(holder, permission), "/"
    ):
        for link in group.links:
            assert (link.url, client.get(link.url).status_code) == (link.url, 200)


@pytest.mark.django_db
def test_workspace_follows_the_page_then_the_choice() -> None:
    user = make_staff(Role.AUDITOR)
    lantern = create_organisation(kind=OrganisationKind.PROVIDER, name="Lantern", by=None)
    willow = create_organisation(kind=OrganisationKind.PROVIDER, name="Willow", by=None)
    for organisation in (lantern, willow):
        make_member(organisation, Role.PROVIDER_OWNER, user)

    def workspace_at(path: str, chosen: int | None) -> object:
        request = RequestFactory().get(path)
        request.user = User.objects.get(pk=user.pk)
        request.session = {"organisation_id": chosen} if chosen else {}  # type: ignore[assignment]
        return navigation(request)["workspace"]()

    assert str(workspace_at("/", None)) == "Paddock"
    assert workspace_at("/", willow.pk) == willow


@pytest.mark.django_db
def test_stranger_and_person_without_membership_get_no_navigation(client: Client) -> None:
    assert "sidebar" not in client.get("/").content.decode()
    client.force_login(make_user())
    assert "sidebar" not in client.get("/").content.decode()
