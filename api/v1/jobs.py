"""Progress of long work."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import check_permission, has_permission
from api.base import IdempotentMixin
from common.jobs import selectors, services
from common.jobs.models import Job


class JobSerializer(serializers.ModelSerializer[Job]):
    percent = serializers.IntegerField(allow_null=True, read_only=True)

    class Meta:
        model = Job
        fields = [
            "id",
            "name",
            "status",
            "phase",
            "done",
            "total",
            "percent",
            "result",
            "error",
            "attempts",
            "created_at",
            "started_at",
            "finished_at",
            "cancel_requested_at",
        ]
        read_only_fields = fields


def _job(request: Request, pk: UUID) -> Job:
    jobs = selectors.visible_to(request.user, may_view_all=has_permission(request.user, "job.view"))
    return get_object_or_404(jobs, pk=pk)


class JobView(APIView):
    """One job with its progress."""

    @extend_schema(responses=JobSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(JobSerializer(_job(request, pk)).data)


class JobCancelView(IdempotentMixin, APIView):
    """Ask a job to stop."""

    @extend_schema(request=None, responses=JobSerializer)
    def post(self, request: Request, pk: UUID, **kwargs: Any) -> Response:
        job = _job(request, pk)
        if job.created_by_id != request.user.pk:
            check_permission(request.user, "job.cancel")
        return Response(JobSerializer(services.request_cancel(job_id=job.pk, by=request.user)).data)
