"""What triage and criteria tell applicants and providers."""

from django.utils.translation import gettext_lazy as _

from accounts.notices.texts import NoticeText

NOTICES: dict[str, NoticeText] = {
    "triage.explain": NoticeText(
        _("You can explain a point of your application"),
        _("A criterion is not met by %(number)s as it stands. Write what speaks for you; a reviewer weighs it."),
        page="provider:application",
    ),
    "criteria.changed_at_door": NoticeText(
        _("The criteria for service providers have changed"),
        _("“%(title)s”, set %(number)s, counts since %(since_on)s. Your open application is judged by it."),
        page="criteria",
    ),
    "criteria.changed_at_night": NoticeText(
        _("The criteria for service providers have changed"),
        _("“%(title)s”, set %(number)s, counts since %(since_on)s. You are judged by it every night from now on."),
        page="criteria",
    ),
}
