"""A provider's comments on announced rules."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.exceptions import NotFound
from common.templatetags.paddock import day, local_text
from pages.forms import FormPage
from pages.provider.views_scorecard import OwnProviderPage
from scoring.seasons import comment_services, selectors
from scoring.seasons.comment_models import SeasonComment
from scoring.seasons.models import Season


class CommentForm(forms.Form):
    """What a provider says."""

    text = forms.CharField(
        label=_("Your comment"),
        max_length=2000,
        help_text=_("It becomes public together with the answer, without your name."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class SeasonCommentPage(OwnProviderPage, FormPage):
    """Comment on the rules of an announced season, and read what others asked."""

    permission = "season.comment"
    form_class = CommentForm
    template_name = "provider/season_comment.html"
    submit_label = _("Send the comment")
    success_text = _("Sent. You will be told when it is answered.")

    @cached_property
    def season(self) -> Season:
        season = selectors.visible_to(self.request.user).filter(code=self.kwargs["code"]).first()
        if season is None:
            raise NotFound()
        return season

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        season = self.season
        return super().get_context_data(
            title=_("Comments on the rules of %(season)s") % {"season": local_text(season, "name")},
            lead=_("Comments are taken until the season starts on %(day)s.") % {"day": day(season.starts_on)},
            back_url=reverse("pages:board_rules", args=[season.code]),
            back_label=_("Rules"),
            season=season,
            comments=selectors.comments_of(season, self.request.user),
            **kwargs,
        )

    def save(self, form: forms.Form) -> SeasonComment:
        return comment_services.write_comment(
            season_id=self.season.pk, provider_id=self.provider.pk, by=self.request.user, **form.cleaned_data
        )

    def get_success_url(self, saved: SeasonComment) -> str:
        return reverse("pages:provider:season_comment", args=[self.season.code])
