"""The transition table as a mechanism; each room tests its own tables."""

from dataclasses import dataclass

import pytest
from django.db.models import TextChoices
from django.utils.translation import override

from common.exceptions import IllegalTransition, InvalidInput, NotPermitted
from common.states import StateTable, Transition


class Light(TextChoices):
    RED = "red"
    GREEN = "green"
    OUT = "out"


ROWS = (
    Transition(Light.RED, Light.GREEN, "go", "light.switch", "Go"),
    Transition(Light.GREEN, Light.RED, "stop", "light.switch", "Stop", needs_note=True),
    Transition(Light.GREEN, Light.OUT, "break", "light.break", "Break"),
)
TABLE = StateTable("light", Light, Light.RED, ROWS)


@dataclass
class Lamp:
    status: str


def test_check_gives_the_row() -> None:
    assert TABLE.check(Lamp("red"), "go") is ROWS[0]


@pytest.mark.parametrize(("status", "action"), [("red", "stop"), ("red", "break"), ("out", "go"), ("green", "fly")])
def test_check_refuses_what_the_table_does_not_hold(status: str, action: str) -> None:
    with pytest.raises(IllegalTransition) as refusal:
        TABLE.check(Lamp(status), action, note="because")
    assert refusal.value.field == "action"
    assert refusal.value.status == 409


def test_the_remedy_names_what_is_possible() -> None:
    with override("en"), pytest.raises(IllegalTransition) as refusal:
        TABLE.check(Lamp("green"), "go")
    assert str(refusal.value.message) == "“Go” is not possible while the state is “Green”."
    assert str(refusal.value.remedy) == "Possible now: Stop, Break."


def test_an_action_of_no_table_keeps_its_name() -> None:
    with override("en"), pytest.raises(IllegalTransition, match="“fly” is not possible while the state is “Out”"):
        TABLE.check(Lamp("out"), "fly")


@pytest.mark.parametrize("note", ["", "   ", "\n"])
def test_a_needed_note_may_not_be_empty(note: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        TABLE.check(Lamp("green"), "stop", note=note)
    assert (refusal.value.field, refusal.value.reason) == ("note", "note_required")


def test_offers_carry_the_reason_of_a_refusal() -> None:
    def check(row: Transition) -> None:
        if row.permission == "light.break":
            raise NotPermitted("Not yours to break.")

    offers = TABLE.offer_actions(Lamp("green"), check)
    assert [(o.action, o.allowed, o.reason) for o in offers] == [
        ("stop", True, ""),
        ("break", False, "Not yours to break."),
    ]


def test_an_action_may_not_lead_to_two_states() -> None:
    with pytest.raises(ValueError, match="light"):
        StateTable("light", Light, Light.RED, (*ROWS, Transition(Light.RED, Light.OUT, "go", "x", "Go")))


def test_the_diagram_names_start_rows_and_ends() -> None:
    assert TABLE.to_mermaid() == (
        "stateDiagram-v2\n    [*] --> red\n    red --> green: go\n    green --> red: stop\n    green --> out: break\n"
        "    out --> [*]"
    )
