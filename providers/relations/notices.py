"""What applicants are told about links."""

from django.utils.translation import gettext_lazy as _

from accounts.notices.texts import NoticeText

NOTICES: dict[str, NoticeText] = {
    "relations.held": NoticeText(
        _("A link to a barred party is held against you"),
        _(
            "%(company)s seems to be linked to a company that was barred from the platform (%(links)s found). "
            "Your application cannot be admitted while this stands. See what is held against you, and say so if it is "
            "wrong."
        ),
        page="provider:link_list",
    ),
    "relations.upheld": NoticeText(
        _("A link to a barred party was upheld"),
        _("The link that is held against %(company)s was looked at and stands. Reason: %(reason)s"),
        page="provider:link_list",
    ),
    "relations.cleared": NoticeText(
        _("A link to a barred party no longer stands in your way"),
        _("The link that was held against %(company)s keeps you out no longer. Reason: %(reason)s"),
        page="provider:link_list",
    ),
}
