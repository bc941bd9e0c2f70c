"""Following a job: page, polled part, cancel."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import check_permission, has_permission
from common.exceptions import NotFound
from common.jobs import selectors, services
from common.jobs.models import Job
from pages.job_names import name_job


@login_required
@require_safe
def job_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One job with its progress."""
    job = _find(request, pk)
    return render(request, "public/job_page.html", {"job": job, "title": name_job(job.name)})


@login_required
@require_safe
def job_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The polled part; once the job has ended the page around it is loaded anew, for it shows what came of it."""
    job = _find(request, pk)
    response = render(request, "components/progress.html", {"job": job, "next_url": _page_around(request, job)})
    if not job.is_open:
        response.headers["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def job_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask the job to stop."""
    job = _find(request, pk)
    if job.created_by_id != request.user.pk:
        check_permission(request.user, "job.cancel")
    services.request_cancel(job_id=job.pk, by=request.user)
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("pages:job", args=[job.pk])
    return redirect(target)


def _find(request: HttpRequest, pk: UUID) -> Job:
    jobs = selectors.visible_to(request.user, may_view_all=has_permission(request.user, "job.view"))
    job = jobs.filter(pk=pk).first()
    if job is None:
        raise NotFound()
    return job


def _page_around(request: HttpRequest, job: Job) -> str:
    """The page that shows the part: cancelling from a polled part must come back there, not to the part itself."""
    around = request.headers.get("HX-Current-URL", "")
    fits = url_has_allowed_host_and_scheme(around, {request.get_host()}, require_https=request.is_secure())
    return around if fits else reverse("pages:job", args=[job.pk])
