"""Template helpers of the frame and its components."""

from dataclasses import dataclass
from datetime import timedelta

from babel.dates import format_timedelta
from django import template
from django.template import Context
from django.utils import timezone
from django_filters import FilterSet

from accounts.permissions import has_permission
from common.jobs.models import Job
from common.money import babel_locale
from pages.audit_labels import name_action

register = template.Library()


@register.filter
def action_label(action: str) -> str:
    """The name of an audit action in the viewer's language."""
    return name_action(action)


@register.filter
def narrows(filterset: FilterSet) -> bool:
    """Whether one of the fields that people see has a value: a page, an order or a chosen track narrows nothing."""
    return any(field.data for field in filterset.form.visible_fields())


@dataclass(frozen=True)
class Pace:
    """How fast a job goes: units per second, time left, time taken; None or empty while unknown."""

    rate: float | None = None
    left: str = ""
    took: str = ""


@register.simple_tag
def pace(job: Job) -> Pace:
    """The pace of a job since its present attempt started."""
    if job.started_at is None:
        return Pace()
    end = job.finished_at or timezone.now()
    seconds = (end - job.started_at).total_seconds()
    rate = job.done / seconds if seconds > 1 and job.done else None
    if job.finished_at:
        return Pace(rate, took=_span(seconds))
    remaining = (job.total - job.done) / rate if rate and job.total else None
    return Pace(rate, left=_span(remaining) if remaining else "")


def _span(seconds: float) -> str:
    granularity = "second" if seconds < 90 else "minute"
    return format_timedelta(timedelta(seconds=max(1, seconds)), granularity, threshold=1.5, locale=babel_locale())


@register.simple_tag(takes_context=True)
def may_cancel(context: Context, job: Job) -> bool:
    """Whether the viewer may ask `job` to stop: whoever started it, and staff who hold the permission."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_authenticated:
        return False
    return job.created_by_id == user.pk or has_permission(user, "job.cancel")
