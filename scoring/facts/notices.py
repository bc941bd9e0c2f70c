"""What providers are told about their facts."""

from django.utils.translation import gettext_lazy as _

from accounts.notices.texts import NoticeText

NOTICES: dict[str, NoticeText] = {
    "adjustment.fake_orders": NoticeText(
        _("%(orders)s orders were ruled fake"),
        _("They do not count any more (%(number)s). Reason: %(reason)s You may dispute the figures."),
        page="provider:fact_list",
    ),
    "related.found": NoticeText(
        _("Orders of the merchant %(merchant)s do not count"),
        _("The merchant seems to belong to your own people. Its orders say nothing about your service to others."),
        page="provider:scorecard",
    ),
}
