"""A step of a transition table by the API: POST …/actions with `action`, `note` and `version`."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from api.v1.acting import ActionInput
from common.exceptions import IllegalTransition
from common.states import StateTable


def run_action(
    request: Request,
    subject: Any,
    table: StateTable,
    actions: Mapping[str, Callable[..., Any]],
    id_name: str,
    input_class: type[ActionInput] = ActionInput,
) -> Any:
    """Read the request and call the action's service with `id_name`, by, note and version, and what else `input_class`
    reads; gives what that gives."""
    form = input_class(data=request.data)
    form.is_valid(raise_exception=True)
    action = form.validated_data.pop("action")
    if action not in actions:
        table.check(subject, action, note=form.validated_data["note"])
        raise IllegalTransition(
            _("This step is not taken here."), field="action", remedy=_("Use one of the allowed actions.")
        )
    return actions[action](**{id_name: subject.pk, "by": request.user, **form.validated_data})
