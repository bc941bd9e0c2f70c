"""What providers are told about their scores."""

from django.utils.translation import gettext_lazy as _

from accounts.notices.texts import NoticeText

NOTICES: dict[str, NoticeText] = {
    "score.recomputed": NoticeText(
        _("Your score of %(as_of_on)s changed: %(before)s → %(after)s"),
        _("The scores of that day were computed again after the correction %(adjustment)s of the facts."),
        page="provider:scorecard",
    ),
}
