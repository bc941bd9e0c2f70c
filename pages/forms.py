"""A page of one form whose input one service takes."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError, NotFound, NotPermitted
from common.forms import add_domain_error, add_faults
from pages.base import TitledPage


class FormPage(TitledPage):
    """Put an audience class before it; set `form_class`, `save` and `get_success_url`.

    A refusal is shown on the form with its status; what the viewer may not do or see at all gets its own page.
    """

    form_class: ClassVar[type[forms.Form]]
    template_name = "components/form_page.html"
    submit_label: ClassVar[Any] = _("Save")
    success_text: ClassVar[Any] = _("Saved.")

    def get_form_kwargs(self) -> dict[str, Any]:
        """What the form needs besides the input, `initial` for one."""
        return {}

    def read_form(self, request: HttpRequest) -> forms.Form:
        """The form with what came; a page that takes files hands them over too."""
        return self.form_class(request.POST, **self.get_form_kwargs())

    def save(self, form: forms.Form) -> Any:
        """Call the service with `form.cleaned_data`."""
        raise NotImplementedError

    def get_success_url(self, saved: Any) -> str:
        """Where to go afterwards."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None) or self.form_class(**self.get_form_kwargs())
        return super().get_context_data(form=form, submit_label=self.submit_label, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.read_form(request)
        status = 400
        if form.is_valid():
            try:
                saved = self.save(form)
            except (NotPermitted, NotFound):
                raise
            except DomainError as error:
                add_domain_error(form, error)
                status = error.status
            except ValidationError as error:
                add_faults(form, error)
            else:
                messages.success(request, self.success_text)
                return redirect(self.get_success_url(saved))
        return self.render_to_response(self.get_context_data(form=form), status=status)
