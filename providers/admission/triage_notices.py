"""What triage tells the applicant."""

from django.utils.translation import gettext_lazy as _

from accounts.notices.texts import NoticeText

NOTICES: dict[str, NoticeText] = {
    "triage.explain": NoticeText(
        _("You can explain a point of your application"),
        _("A criterion is not met by %(number)s as it stands. Write what speaks for you; a reviewer weighs it."),
        page="provider:application",
    ),
}
