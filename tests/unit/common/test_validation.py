"""A checked row is validated in one statement and finds what Django's own validation finds."""

from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from common.validation import Checked, _statement
from providers.registry.models import Provider
from tests.factories.documents import make_document
from tests.factories.providers import make_provider

pytestmark = pytest.mark.django_db


def faults(row: models.Model) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        row.full_clean()
    return caught.value.message_dict


def own_faults(row: models.Model) -> dict[str, list[str]]:
    """What Django's own validation says."""
    with pytest.raises(ValidationError) as caught:
        models.Model.full_clean(row)
    return caught.value.message_dict


def test_the_statement_of_every_table_can_be_asked():
    checked = [model for model in apps.get_models() if issubclass(model, Checked)]
    assert len(checked) > 40
    for model in checked:
        statement, fields = _statement(model)
        with connection.cursor() as cursor:
            cursor.execute(statement, [None] * len(fields))
            assert len(cursor.fetchall()) == 1


def test_a_faultless_row_costs_one_statement():
    provider = Provider.objects.get(pk=make_provider().pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        provider.full_clean()
    assert len(queries) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"status": "unheard_of"}, "status"),  # choices, and a check
        ({"admitted_at": None}, "__all__"),  # a check alone
        ({"registered_by_id": 999_999_999}, "registered_by"),  # a key to nobody
        ({"name": ""}, "name"),
        ({"leave_from": "2024-03-05", "leave_until": "2024-03-01"}, "__all__"),
    ],
)
def test_faults_are_those_of_django(changes: dict[str, Any], field: str):
    provider = make_provider(status="admitted")
    for name, value in changes.items():
        setattr(provider, name, value)
    found = faults(provider)
    assert field in found
    assert found == own_faults(provider)


def test_what_is_taken_is_a_fault_of_its_field():
    first, second = make_provider(), make_provider()
    second.code = first.code
    assert faults(second) == own_faults(second)
    assert set(faults(second)) == {"code"}


def test_uniqueness_under_a_condition():
    document = make_document()
    twin = type(document)(**{f.attname: getattr(document, f.attname) for f in document._meta.concrete_fields})
    twin.pk, twin.path, twin.digest = None, "documents/other", "0" * 64
    twin._state.adding = True
    assert faults(twin) == own_faults(twin)
    twin.status, twin.superseded_at, twin.superseded_by_id = "superseded", twin.uploaded_at, twin.uploaded_by_id
    twin.full_clean()


def test_a_field_left_out_is_left_out():
    provider = make_provider(status="admitted")
    provider.status = "unheard_of"
    provider.full_clean(exclude=["status"])
