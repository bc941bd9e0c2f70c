"""What every model owes: paired fields, protected actors, known states, history."""

import pytest
from django.apps import apps
from django.db import models

ROOMS = ("accounts", "common", "providers", "scoring", "merchants")
MODELS = [
    model for room in ROOMS for model in apps.get_app_config(room).get_models() if not model.__name__.endswith("Event")
]
STATEFUL = [model for model in MODELS if any(field.name == "status" and field.choices for field in model._meta.fields)]

# A moment that no person brings about: created with the row, or set by the clock or a worker.
CLOCK = {
    "at",
    "created_at",
    "sent_at",
    "started_at",
    "heartbeat_at",
    "finished_at",
    "expires_at",
    "due_at",
    "opens_at",
    "closes_at",
}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_each_moment_names_its_person(model: type[models.Model]) -> None:
    names = {field.name for field in model._meta.get_fields()}
    lonely = [name for name in names if name.endswith("_at") and name not in CLOCK and f"{name[:-3]}_by" not in names]
    assert lonely == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_people_with_a_history_cannot_be_deleted(model: type[models.Model]) -> None:
    loose = [
        field.name
        for field in model._meta.fields
        if field.name.endswith("_by") and field.remote_field and field.remote_field.on_delete is not models.PROTECT
    ]
    assert loose == []


@pytest.mark.parametrize("model", STATEFUL, ids=lambda model: model._meta.label)
def test_states_are_held_by_the_database(model: type[models.Model]) -> None:
    checks = [c for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]
    assert any("status" in str(check.condition) for check in checks)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_money_is_never_a_float(model: type[models.Model]) -> None:
    floats = [
        field.name
        for field in model._meta.fields
        if isinstance(field, models.FloatField)
        and any(word in field.name for word in ("amount", "gmv", "price", "deposit", "budget", "minor"))
    ]
    assert floats == []
