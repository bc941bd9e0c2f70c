"""Gathers the tasks of this room for Celery."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.utils import translation

from accounts.notices.models import Notice
from accounts.notices.selectors import readers_of
from common.jobs.progress import Progress
from common.jobs.tasks import job_task

__all__ = ["mail_notice"]


@job_task("accounts.mail_notice")
def mail_notice(progress: Progress, *, notice_id: int) -> dict[str, Any]:
    """Send one notice by mail, to each reader in that person's language. A repeat sends it again: better than never."""
    notice = Notice.objects.get(pk=notice_id)
    readers = list(readers_of(notice))
    for index, reader in enumerate(readers):
        progress.report(index, len(readers))
        with translation.override(reader.language or settings.LANGUAGE_CODE):
            send_mail(notice.title, f"{notice.text}\n\n{settings.BASE_URL}\n", None, [reader.email])
    return {"mails": len(readers)}
