"""Notices: to whom they go, what they say, and that reading them is recorded once."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import translation

from accounts.models import Notice, User
from accounts.notices.services import read_all_notices, read_notice, send_notice
from accounts.notices.texts import all_texts
from accounts.roles import Role
from accounts.services import set_language
from common.audit.models import AuditEntry
from common.exceptions import NotFound
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.providers import make_provider, owner_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def texts(settings: Any) -> Iterator[None]:
    settings.NOTICE_TABLES = ["tests.factories.notices.NOTICES"]
    all_texts.cache_clear()
    yield
    all_texts.cache_clear()


def tell(**to: Any) -> Notice:
    return send_notice("test.expiry", name="Licence", last_on="2026-03-02", **to)


def sign_in(user: User, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def test_the_members_of_an_organisation_read_it_and_nobody_else() -> None:
    provider = make_provider()
    other = make_user()
    make_member(provider.organisation, Role.PROVIDER_MANAGER, other)
    tell(organisation_id=provider.organisation_id)
    for user in (owner_of(provider), other):
        page = sign_in(user).get("/notices/").content.decode()
        assert "Licence expires" in page
        assert "It expires on Mar 2, 2026." in page
        assert "Notices, 1 not read" in page
    stranger = sign_in(make_staff(Role.AUDITOR)).get("/notices/").content.decode()
    assert "Licence expires" not in stranger
    assert "There are no notices yet." in stranger


def test_its_words_follow_the_reader() -> None:
    notice = tell(user_id=make_user().pk)
    with translation.override("zh-hans"):
        assert notice.text == "It expires on 2026年3月2日."


def test_opening_marks_as_read_once_for_all() -> None:
    provider = make_provider()
    notice = tell(organisation_id=provider.organisation_id)
    owner = owner_of(provider)
    client = sign_in(owner)
    for _ in range(2):
        response = client.post(f"/notices/{notice.pk}/open/")
        assert (response.status_code, response.headers["Location"]) == (302, "/notices/")
    notice.refresh_from_db()
    assert notice.read_by == owner
    assert AuditEntry.objects.filter(action="notice.read").count() == 1


def test_other_peoples_notices_do_not_exist() -> None:
    notice = tell(user_id=make_user().pk)
    intruder = make_user()
    assert sign_in(intruder).post(f"/notices/{notice.pk}/open/").status_code == 404
    assert sign_in(intruder).post(f"/api/v1/notices/{notice.pk}/read").status_code == 404
    with pytest.raises(NotFound):
        read_notice(notice_id=notice.pk, by=intruder)
    notice.refresh_from_db()
    assert notice.read_at is None
    assert not AuditEntry.objects.filter(action="notice.read").exists()


def test_mark_all_as_read_leaves_those_of_others() -> None:
    me, somebody = make_user(), make_user()
    for user in (me, me, somebody):
        tell(user_id=user.pk)
    assert read_all_notices(by=me) == 2
    assert read_all_notices(by=me) == 0
    assert Notice.objects.filter(read_at=None).get().user == somebody


def test_by_the_api_with_the_filter_of_the_page() -> None:
    user = make_user()
    first, second = tell(user_id=user.pk), tell(user_id=user.pk)
    client = sign_in(user)
    assert client.post(f"/api/v1/notices/{first.pk}/read").json()["read_at"] is not None
    results = client.get("/api/v1/notices", {"show": "unread"}).json()["results"]
    assert [(row["id"], row["title"], row["text"]) for row in results] == [
        (second.pk, "Licence expires", "It expires on Mar 2, 2026.")
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long(count: int, django_assert_num_queries: Any) -> None:
    user = make_staff(Role.AUDITOR)
    for _ in range(count):
        tell(user_id=user.pk)
    client = sign_in(user)
    with django_assert_num_queries(6):
        client.get("/notices/")


def test_an_unknown_kind_and_a_missing_parameter_write_nothing() -> None:
    with pytest.raises(KeyError):
        send_notice("test.nothing", user_id=make_user().pk)
    with pytest.raises(KeyError):
        send_notice("test.expiry", user_id=make_user().pk, name="Licence")
    assert not Notice.objects.exists()


@pytest.mark.parametrize("both", [True, False])
def test_a_notice_has_exactly_one_addressee(both: bool) -> None:
    provider = make_provider()
    fields = {"user": owner_of(provider), "organisation": provider.organisation} if both else {}
    with pytest.raises(IntegrityError, match="notice_one_addressee"), transaction.atomic():
        Notice.objects.create(kind="test.plain", **fields)


@pytest.mark.django_db(transaction=True)
def test_it_is_mailed_in_each_readers_language(settings: Any) -> None:
    settings.MAIL_NOTICES = True
    provider = make_provider()
    chinese = set_language(user=make_user(), language="zh-hans")
    make_member(provider.organisation, Role.PROVIDER_MANAGER, chinese)
    owner = set_language(user=owner_of(provider), language="en")
    with transaction.atomic():
        tell(organisation_id=provider.organisation_id)
    assert connection.in_atomic_block is False
    assert sorted((m.to[0], m.subject, m.body.split("\n")[0]) for m in mail.outbox) == sorted(
        [
            (owner.email, "Licence expires", "It expires on Mar 2, 2026."),
            (chinese.email, "Licence expires", "It expires on 2026年3月2日."),
        ]
    )


@pytest.mark.django_db(transaction=True)
def test_a_notice_is_sent_inside_its_mutation_only() -> None:
    user = make_user()
    with pytest.raises(RuntimeError, match="transaction"):
        tell(user_id=user.pk)
    assert not Notice.objects.exists()
