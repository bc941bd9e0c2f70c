"""What providers and mentors are told about probation and watch list."""

from django.utils.translation import gettext_lazy as _

from accounts.notices.texts import NoticeText

NOTICES: dict[str, NoticeText] = {
    "probation.begin": NoticeText(
        _("Your probation contract is ready"),
        _("It runs until %(ends_on)s. Read its targets and sign it."),
        page="provider:probation",
    ),
    "probation.mentor": NoticeText(
        _("You are the mentor of %(provider)s"),
        _("Its probation runs until %(ends_on)s."),
        page="staff:probation_detail",
        arguments=("probation",),
    ),
    "probation.judge": NoticeText(
        _("Your probation was judged"),
        _("The targets were compared with your figures. A person decides next."),
        page="provider:probation",
    ),
    "probation.complete": NoticeText(_("You passed the probation"), _("Reason: %(note)s"), page="provider:probation"),
    "probation.extend": NoticeText(
        _("Your probation was extended"),
        _("It now runs until %(ends_on)s. Reason: %(note)s"),
        page="provider:probation",
    ),
    "probation.fail": NoticeText(_("You did not pass the probation"), _("Reason: %(note)s"), page="provider:probation"),
    "watch.open": NoticeText(
        _("You are on the watch list: %(criterion)s"),
        _("This criterion is broken or about to be. Look at what it asks and what helps."),
        page="provider:watch",
    ),
    "watch.notify": NoticeText(
        _("Notice: %(criterion)s"),
        _("Propose a cure plan by %(due_on)s. Reason: %(note)s"),
        page="provider:watch",
    ),
    "watch.accept": NoticeText(
        _("Your cure plan is accepted"), _("Carry it out by %(due_on)s. %(note)s"), page="provider:watch"
    ),
    "watch.refuse": NoticeText(
        _("Another cure plan is needed"), _("Send it by %(due_on)s. Reason: %(note)s"), page="provider:watch"
    ),
    "watch.suspend": NoticeText(
        _("Your company is suspended"),
        _("You get no new work. You may answer until %(due_on)s. Reason: %(note)s"),
        page="provider:watch",
    ),
    "watch.reinstate": NoticeText(
        _("Your company works again"), _("The cure runs until %(due_on)s. Reason: %(note)s"), page="provider:watch"
    ),
    "watch.clear_out": NoticeText(_("Your company is cleared out"), _("Reason: %(note)s"), page="provider:watch"),
    "watch.close": NoticeText(
        _("No longer on the watch list: %(criterion)s"), _("The matter is closed. %(note)s"), page="provider:watch"
    ),
}
