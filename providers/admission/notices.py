"""What applicants are told."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.notices.services import send_notice
from accounts.notices.texts import NoticeText
from providers.admission.models import Application

PAGE = "provider:application"

NOTICES: dict[str, NoticeText] = {
    "application.returned": NoticeText(
        _("Your application came back for changes"),
        _("%(number)s: “%(note)s” Change what is asked for and submit it again."),
        PAGE,
    ),
    "application.standstill": NoticeText(
        _("Your application was rejected; you may answer"),
        _("%(number)s: you can read every reason and answer once until %(until_on)s. Only then is it final."),
        PAGE,
    ),
    "application.reconsidered": NoticeText(
        _("Your application is being looked at again"),
        _("%(number)s: the rejection was taken back and a new review begins. “%(note)s”"),
        PAGE,
    ),
    "application.final": NoticeText(
        _("The rejection of your application is final"),
        _("%(number)s: you can apply again from %(again_on)s."),
        PAGE,
    ),
    "application.admitted": NoticeText(
        _("Your company is admitted"),
        _("%(number)s: you are on probation now and may work for merchants."),
        PAGE,
    ),
    "window.closed": NoticeText(
        _("Admission window %(code)s is closed"),
        _("%(number)s is being decided on; nothing new comes in. You are told of every decision."),
        PAGE,
    ),
    "window.missed": NoticeText(
        _("Admission window %(code)s is closed"),
        _("%(number)s was not submitted in time. Withdraw it and begin a new one in an open window."),
        PAGE,
    ),
    "window.final": NoticeText(
        _("The list of admission window %(code)s is final"),
        _("Companies admitted: %(admitted)s. See how your application %(number)s ended."),
        PAGE,
    ),
}


def tell(kind: str, application: Application, *, now: datetime, **parameters: Any) -> None:
    """Send the notice to the applicant's company, inside the mutation that it tells about."""
    send_notice(
        kind,
        organisation_id=application.provider.organisation_id,
        now=now,
        number=application.number,
        **parameters,
    )
