"""The transition table: one literal table per state machine, three consumers.

Enforcement (`StateTable.check` in a service, on the locked row), the buttons and `allowed_actions`
(`offer_actions`), and the diagrams under docs/states/ (`StateTable.to_mermaid`) all read the same rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError, IllegalTransition, InvalidInput


@dataclass(frozen=True)
class Transition:
    """One row: in state `frm`, `action` leads to `to` for holders of `permission`; `audit` names the log event."""

    frm: str
    to: str
    action: str
    permission: str
    label: str | Promise
    needs_note: bool = False
    audit: str = ""


class Stateful(Protocol):
    """An object with a status, as the tables see it."""

    status: str


Check = Callable[[Transition], None]


@dataclass(frozen=True)
class ActionOffer:
    """A button: shown enabled when `allowed`, else disabled with `reason`. `url` is a page of the step's own."""

    action: str
    label: str | Promise
    to: str
    needs_note: bool
    allowed: bool
    reason: str | Promise = ""
    url: str = ""


class StateTable:
    """A state machine as data. `name` is the file name of its diagram."""

    def __init__(self, name: str, states: type[TextChoices], initial: str, rows: tuple[Transition, ...]) -> None:
        self.name = name
        self.states = states
        self.initial = initial
        self.rows = rows
        self._by_key = {(row.frm, row.action): row for row in rows}
        if len(self._by_key) != len(rows):
            raise ValueError(f"{name}: an action leads from one state to two")

    def __iter__(self) -> Iterator[Transition]:
        return iter(self.rows)

    def find(self, status: str, action: str) -> Transition | None:
        """The row for `action` in `status`, or None."""
        return self._by_key.get((status, action))

    def check(self, obj: Stateful, action: str, *, note: str = "") -> Transition:
        """The row for `action` on `obj`; raises IllegalTransition, or InvalidInput when a needed note is empty."""
        row = self.find(obj.status, action)
        if row is None:
            possible = ", ".join(str(r.label) for r in self.rows if r.frm == obj.status)
            raise IllegalTransition(
                _("“%(action)s” is not possible while the state is “%(state)s”.")
                % {"action": self.name_action(action), "state": self.states(obj.status).label},
                field="action",
                remedy=_("Possible now: %(actions)s.") % {"actions": possible}
                if possible
                else _("This state is final; nothing can follow it."),
            )
        if row.needs_note and not note.strip():
            raise InvalidInput(
                _("This decision needs a reason."),
                field="note",
                remedy=_("Write one or two sentences that the other side can act on."),
                code="note_required",
            )
        return row

    def name_action(self, action: str) -> str | Promise:
        """What people call the action; one that the table does not know keeps its name."""
        return next((row.label for row in self.rows if row.action == action), action)

    def offer_actions(self, obj: Stateful, check: Check) -> list[ActionOffer]:
        """The actions of the present state; `check(row)` raises the DomainError that forbids one."""
        offers = []
        for row in self.rows:
            if row.frm != obj.status:
                continue
            reason: str | Promise = ""
            try:
                check(row)
            except DomainError as error:
                reason = error.message
            offers.append(ActionOffer(row.action, row.label, row.to, row.needs_note, not reason, reason))
        return offers

    def to_mermaid(self) -> str:
        """The diagram as Mermaid source, deterministic."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        lines += [f"    {row.frm} --> {row.to}: {row.action}" for row in self.rows]
        leaving = {row.frm for row in self.rows}
        lines += [f"    {state} --> [*]" for state in self.states.values if state not in leaving]
        return "\n".join(lines)

    def to_markdown(self) -> str:
        """The diagram and the table behind it, as docs/states/ keeps them."""
        head = f"# States of {self.name.replace('_', ' ')}\n\n```mermaid\n{self.to_mermaid()}\n```\n\n"
        rows: list[tuple[Any, ...]] = [("From", "Action", "To", "Permission", "Reason needed"), ("---",) * 5]
        rows += [(r.frm, r.action, r.to, r.permission, "yes" if r.needs_note else "no") for r in self.rows]
        return head + "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"


def all_tables() -> list[StateTable]:
    """Every table named in settings.STATE_TABLES."""
    return [import_string(path) for path in settings.STATE_TABLES]
