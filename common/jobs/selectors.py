"""Reads about jobs."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q, QuerySet

from common.jobs.models import OPEN, Job, JobStatus


def visible_to(user: AbstractBaseUser, *, may_view_all: bool) -> QuerySet[Job]:
    """One's own jobs, or all of them for those who may."""
    mine = Q() if may_view_all else Q(created_by_id=user.pk)
    return Job.objects.filter(mine)


def open_or_failed(user: AbstractBaseUser, *, may_view_all: bool, since: datetime) -> QuerySet[Job]:
    """Jobs under way, and those that failed after `since`; newest first."""
    wanted = Q(status__in=OPEN) | Q(status=JobStatus.FAILED, finished_at__gte=since)
    return visible_to(user, may_view_all=may_view_all).filter(wanted)
