"""What providers are told about their disputes."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.notices.texts import NoticeText


def about(title: str | Promise, text: str | Promise) -> NoticeText:
    """A notice that leads to its dispute."""
    return NoticeText(title, text, page="provider:dispute_detail", arguments=("dispute",))


CORRECTED = _("The facts are corrected and your score is computed again. Reason: %(note)s")

NOTICES: dict[str, NoticeText] = {
    "dispute.uphold": about(_("Your dispute %(number)s is upheld"), CORRECTED),
    "dispute.uphold_partly": about(_("Your dispute %(number)s is upheld in part"), CORRECTED),
    "dispute.reject": about(
        _("Your dispute %(number)s is rejected"), _("The facts stay as they are. Reason: %(note)s")
    ),
}
