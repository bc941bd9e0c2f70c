"""Saved filters: validated against the list's FilterSet, one's own, few."""

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.module_loading import import_string

from accounts.models import SavedFilter
from accounts.saved_filters import selectors, services
from accounts.saved_filters.models import MOST_PER_LIST
from common.audit.selectors import entries_of
from common.exceptions import Conflict, InvalidInput, NotFound
from tests.factories.accounts import make_user
from tests.factories.providers import unchanged

pytestmark = pytest.mark.django_db


def test_every_list_has_a_filterset() -> None:
    for path in settings.SAVED_FILTER_LISTS.values():
        assert import_string(path).base_filters


def test_save_in_canonical_form() -> None:
    owner = make_user()
    saved = services.save_filter(
        list_name="applications", name=" Mine ", query="?panel=mine&category=food&page=3&sort=-clock&status=", by=owner
    )
    assert (saved.name, saved.query) == ("Mine", "category=food&panel=mine&sort=-clock&status=")
    assert list(selectors.visible_to(owner)) == [saved]
    assert list(selectors.visible_to(make_user())) == []
    again = services.save_filter(list_name="applications", name="Mine", query="panel=settled", by=owner)
    assert (again.pk, again.query) == (saved.pk, "panel=settled")
    assert [entry.action for entry in entries_of(saved)] == ["saved_filter.save"] * 2


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"list_name": "users"}, "list_name", "There is no such list."),
        ({"query": ""}, "query", "The list is not filtered."),
        ({"query": "page=2&status="}, "query", "The list is not filtered."),
        ({"query": "password=x"}, "query", "This list has no filter “password”."),
        ({"query": "status=famous"}, "query", "status: Select a valid choice."),
        ({"name": "  "}, "name", "The name is missing."),
    ],
)
def test_bad_filters(changes: dict[str, str], field: str, words: str) -> None:
    owner = make_user()
    arguments = {"list_name": "applications", "name": "Mine", "query": "panel=mine", **changes}
    with translation.override("en"), unchanged(), pytest.raises(InvalidInput) as refusal:
        services.save_filter(by=owner, **arguments)
    assert refusal.value.field == field
    assert str(refusal.value.message).startswith(words)


def test_there_is_a_limit_per_list() -> None:
    owner = make_user()
    for number in range(MOST_PER_LIST):
        services.save_filter(list_name="applications", name=f"F{number}", query="panel=mine", by=owner)
    with unchanged(), pytest.raises(Conflict):
        services.save_filter(list_name="applications", name="One more", query="panel=mine", by=owner)
    services.save_filter(list_name="applications", name="F0", query="panel=settled", by=owner)
    services.save_filter(list_name="providers", name="One more", query="status=probation", by=owner)


def test_only_one_s_own_can_be_deleted() -> None:
    owner, other = make_user(), make_user()
    saved = services.save_filter(list_name="applications", name="Mine", query="panel=mine", by=owner)
    with unchanged(), pytest.raises(NotFound):
        services.delete_filter(filter_id=saved.pk, by=other)
    services.delete_filter(filter_id=saved.pk, by=owner)
    assert not SavedFilter.objects.exists()


def test_constraints() -> None:
    owner = make_user()
    values = {"user": owner, "list_name": "applications", "name": "Mine", "query": "panel=mine"}
    SavedFilter.objects.create(**values)
    for change, constraint in (
        ({}, "saved_filter_name_once_per_list"),
        ({"name": ""}, "saved_filter_not_empty"),
        ({"name": "Other", "query": ""}, "saved_filter_not_empty"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            SavedFilter.objects.create(**{**values, **change})
