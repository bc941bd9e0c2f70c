"""What providers are told about seasons."""

from django.utils.translation import gettext_lazy as _

from accounts.notices.texts import NoticeText

NOTICES: dict[str, NoticeText] = {
    "season.answer_comment": NoticeText(
        _("Your comment on the rules of %(name)s is answered"),
        "%(answer)s",
        page="board_rules",
        arguments=("code",),
    ),
    "objection.uphold": NoticeText(
        _("Your objection %(number)s is upheld"),
        _("The track was settled again; your race page has the verdict. Reason: %(note)s"),
        page="provider:race",
    ),
    "objection.reject": NoticeText(
        _("Your objection %(number)s is rejected"), _("The verdict stays. Reason: %(note)s"), page="provider:race"
    ),
    "appeal.uphold": NoticeText(
        _("Your appeal %(number)s is upheld"),
        _("The track was settled again; your race page has the verdict. Reason: %(note)s"),
        page="provider:race",
    ),
    "appeal.reject": NoticeText(
        _("Your appeal %(number)s is rejected"), _("The verdict stays. Reason: %(note)s"), page="provider:race"
    ),
    "verdict.change_by_appeal": NoticeText(
        _("Your verdict of %(name)s changed"),
        _("An appeal (%(number)s) was upheld and the track was settled again. Before: %(before)s. Now: %(after)s."),
        page="provider:verdict_detail",
        arguments=("verdict",),
    ),
    "verdict.change": NoticeText(
        _("Your verdict of %(name)s changed"),
        _("An objection (%(number)s) was upheld and the track was settled again. Before: %(before)s. Now: %(after)s."),
        page="provider:verdict_detail",
        arguments=("verdict",),
    ),
    "board_ban.impose": NoticeText(
        _("No board shows your company from %(starts_on)s to %(ends_on)s"),
        _("Ban %(number)s. Reason: %(reason)s"),
        page="provider:race",
    ),
    "board_ban.lift": NoticeText(
        _("The ban %(number)s from the boards is lifted"), _("Reason: %(reason)s"), page="provider:race"
    ),
}
