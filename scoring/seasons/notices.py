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
}
