"""Answers to comments on announced rules."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.exceptions import NotFound
from common.templatetags.paddock import local_text
from pages.base import StaffPage
from pages.forms import FormPage
from scoring.seasons import comment_services
from scoring.seasons.comment_models import SeasonComment


class AnswerForm(forms.Form):
    """What staff answer."""

    answer = forms.CharField(
        label=_("Answer"),
        max_length=2000,
        help_text=_("The provider is told, and everybody can read it."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class CommentAnswer(StaffPage, FormPage):
    """Answer a comment."""

    title = _("Answer a comment")
    permission = "season.answer"
    form_class = AnswerForm
    template_name = "staff/season_comment_answer.html"
    submit_label = _("Publish the answer")
    success_text = _("Answered. The provider is told.")

    @cached_property
    def comment(self) -> SeasonComment:
        comment = SeasonComment.objects.select_related("season", "provider").filter(pk=self.kwargs["pk"]).first()
        if comment is None:
            raise NotFound()
        return comment

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"version": self.comment.version}}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        comment = self.comment
        return super().get_context_data(
            comment=comment,
            back_url=reverse("pages:staff:season_detail", args=[comment.season_id]),
            back_label=local_text(comment.season, "name"),
            **kwargs,
        )

    def save(self, form: forms.Form) -> SeasonComment:
        return comment_services.answer_comment(comment_id=self.comment.pk, by=self.request.user, **form.cleaned_data)

    def get_success_url(self, saved: SeasonComment) -> str:
        return reverse("pages:staff:season_detail", args=[saved.season_id])
