"""What providers are told about the rules by which they are scored."""

from django.utils.translation import gettext_lazy as _

from accounts.notices.texts import NoticeText

NOTICES: dict[str, NoticeText] = {
    "model.announce": NoticeText(
        _("New scoring rules from %(effective_on)s"),
        _("Version %(version)s of “%(name)s” was announced. Until that day your score is made as before."),
        page="provider:scoring_rules",
        arguments=("model",),
    ),
    "model.withdraw": NoticeText(
        _("The announced scoring rules are withdrawn"),
        _("Version %(version)s of “%(name)s” will not come into force. Reason: %(note)s"),
        page="provider:scoring_rules",
        arguments=("model",),
    ),
}
