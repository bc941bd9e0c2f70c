"""What providers are told about their disputes."""

from django.utils.translation import gettext_lazy as _

from accounts.notices.texts import NoticeText

PAGE = {"page": "provider:dispute_detail", "arguments": ("dispute",)}

NOTICES: dict[str, NoticeText] = {
    "dispute.uphold": NoticeText(
        _("Your dispute %(number)s is upheld"),
        _("The facts are corrected and your score is computed again. Reason: %(note)s"),
        **PAGE,
    ),
    "dispute.uphold_partly": NoticeText(
        _("Your dispute %(number)s is upheld in part"),
        _("The facts are corrected and your score is computed again. Reason: %(note)s"),
        **PAGE,
    ),
    "dispute.reject": NoticeText(
        _("Your dispute %(number)s is rejected"), _("The facts stay as they are. Reason: %(note)s"), **PAGE
    ),
}
