"""A step of a transition table by page: one POST with `action`, `note` and `version`."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import View

from common.exceptions import IllegalTransition, InvalidInput
from common.states import Stateful, StateTable


def read_version(request: HttpRequest) -> int:
    """The version that the sender saw; raises InvalidInput."""
    text = request.POST.get("version", "")
    if not text.isdecimal():
        raise InvalidInput(
            _("The form does not say which version it was made for."),
            field="version",
            remedy=_("Reload the page and try again."),
        )
    return int(text)


class ActionView(View):
    """Put an audience class before it. `actions` maps an action to a service that takes id, by, note and version."""

    http_method_names = ["post"]
    table: ClassVar[StateTable]
    actions: ClassVar[Mapping[str, Callable[..., Any]]] = {}
    id_name: ClassVar[str] = ""
    done: ClassVar[Mapping[str, str | Promise]] = {}

    def get_object(self) -> Any:
        """The object, among those that the viewer may see; raises NotFound."""
        raise NotImplementedError

    def get_success_url(self, subject: Any) -> str:
        """Where to go afterwards."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        subject: Stateful = self.get_object()
        action, note = request.POST.get("action", ""), request.POST.get("note", "")
        version = read_version(request)
        if action not in self.actions:
            self.table.check(subject, action, note=note)
            raise IllegalTransition(
                _("This step is not taken on this page."), field="action", remedy=_("Use the buttons of the page.")
            )
        arguments = {self.id_name: subject.pk, "by": request.user, "note": note, "version": version}  # type: ignore[attr-defined]
        changed = self.actions[action](**arguments)
        messages.success(request, self.done.get(action, _("Done.")))
        return redirect(self.get_success_url(changed))
