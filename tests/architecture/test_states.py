"""Transition tables against permissions and documents."""

import pytest
from django.core.management import call_command

from accounts.roles import ALL_PERMISSIONS
from common.states import StateTable, all_tables

TABLES = all_tables()


def test_the_diagrams_equal_the_code() -> None:
    call_command("state_diagrams", check=True)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_state_can_be_reached(table: StateTable) -> None:
    reached = {table.initial}
    for _ in table.states:
        reached |= {row.to for row in table if row.frm in reached}
    assert reached == set(table.states.values)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_row_names_a_permission_and_an_audit_event(table: StateTable) -> None:
    for row in table:
        assert row.permission == "" or row.permission in ALL_PERMISSIONS, row
        assert row.audit, row
        assert str(row.label), row
