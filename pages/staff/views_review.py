"""Reviews: one's own list, the form, and the steps around it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.exceptions import NotFound
from pages.actions import ActionView
from pages.base import ListPage, StaffPage
from pages.forms import FormPage
from pages.panels import scores_by_capability
from pages.staff.tables_review import ReviewTable
from providers.admission.review import permissions, selectors, services
from providers.admission.review.draft_models import ReviewDraft
from providers.admission.review.draft_services import save_draft
from providers.admission.review.enums import ReviewStatus
from providers.admission.review.filters import ReviewFilter
from providers.admission.review.forms import ReviewForm, fields_of_draft
from providers.admission.review.models import Review
from providers.admission.review.states import REVIEW
from providers.enums import Capability


class ReviewList(StaffPage, ListPage):
    """The viewer's own reviews, what is to be written first."""

    title = _("My reviews")
    lead = _("What is to be written stands first, the longest wait of an applicant on top.")
    permission = "review.submit"
    table_class = ReviewTable
    filterset_class = ReviewFilter
    template_name = "staff/review_list.html"
    export_name = "reviews"
    saved_as = "reviews"

    extra_context = {
        "empty_text": _("You have no review yet."),
        "empty_hint": _("Take the application that waits longest and raises no conflict of interest."),
    }

    def get_queryset(self) -> Any:
        own = selectors.visible_to(self.request.user).filter(reviewer=self.request.user)
        return selectors.overdue_first(own)


class ReviewNext(StaffPage):
    """Take the next one."""

    permission = "review.submit"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        review = services.take_next_review(by=request.user)
        messages.success(request, _("This review is yours. Judge the five capabilities on the rubric."))
        return redirect("pages:staff:review_detail", review.pk)


class ReviewTake(StaffPage):
    """Take a seat in the panel of one application."""

    permission = "review.submit"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        review = services.take_review(application_id=pk, by=request.user)
        messages.success(request, _("This review is yours. Judge the five capabilities on the rubric."))
        return redirect("pages:staff:review_detail", review.pk)


class ReviewAssign(StaffPage):
    """Give a seat to somebody."""

    permission = "review.assign"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        text = request.POST.get("reviewer", "")
        services.assign_review(application_id=pk, reviewer_id=int(text) if text.isdecimal() else 0, by=request.user)
        messages.success(request, _("The reviewer is asked, and has a notice."))
        return redirect("pages:staff:application_case", pk)


class OneReview(StaffPage):
    """What the pages of one review share."""

    permission = "review.view"

    def get_object(self) -> Review:
        reviews = selectors.with_judgement(selectors.visible_to(self.request.user))
        review = reviews.filter(pk=self.kwargs["pk"]).first()
        if review is None:
            raise NotFound()
        return review


class ReviewDetail(OneReview, FormPage):
    """The evidence of each capability beside its levels; once handed in, what was judged."""

    form_class = ReviewForm
    template_name = "staff/review_detail.html"
    submit_label = _("Hand in the review")
    success_text = _("Handed in. It cannot be changed any more; the panel's result appears here once it has settled.")

    @cached_property
    def review(self) -> Review:
        return self.get_object()

    @cached_property
    def draft(self) -> ReviewDraft | None:
        return selectors.draft_of(self.request.user, self.review)

    def get_form_kwargs(self) -> dict[str, Any]:
        so_far = fields_of_draft(self.draft.content) if self.draft else {}
        return {"rubric": self.review.panel.rubric, "initial": {**so_far, "version": self.review.version}}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "later" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = ReviewForm(request.POST, **self.get_form_kwargs())
        save_draft(review_id=self.review.pk, content=form.draft(), by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Kept. Only you can read it, and it is here when you come back."))
        return redirect(self.get_success_url(self.review))

    def save(self, form: ReviewForm) -> Review:
        return services.submit_review(
            review_id=self.review.pk,
            scores=form.scores(),
            recommendation=form.cleaned_data["recommendation"],
            reasons=form.cleaned_data["reasons"],
            by=self.request.user,
            version=form.cleaned_data["version"],
        )

    def get_success_url(self, saved: Review) -> str:
        return reverse("pages:staff:review_detail", args=[saved.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        review, user = self.review, self.request.user
        application = review.panel.application
        offers = REVIEW.offer_actions(review, lambda row: permissions.check_act(user, review, row))
        given = {item.capability: item for item in application.evidence.all()}
        context = super().get_context_data(
            title=application.provider.name,
            lead=_("Application %(number)s, round %(round)s, rubric %(rubric)s")
            % {"number": application.number, "round": review.panel.round, "rubric": review.panel.rubric},
            back_url=reverse("pages:staff:application_case", args=[application.pk]),
            back_label=application.number,
            review=review,
            application=application,
            draft=self.draft,
            may_write=review.status == ReviewStatus.ASSIGNED and review.reviewer_id == user.pk,
            may_read=selectors.may_read_judgement(user, review),
            offers=[offer for offer in offers if offer.allowed and offer.action in services.ACTIONS],
            action_url=reverse("pages:staff:review_act", args=[review.pk]),
            **kwargs,
        )
        scores = scores_by_capability(review)
        context["judged"] = [(one, given.get(one.value), scores.get(one.value)) for one in Capability]
        context["parts"] = [(one, given.get(one.value), *fields) for one, *fields in context["form"].parts()]
        return context


class ReviewAct(OneReview, ActionView):
    """Step back, or take a review away."""

    table = REVIEW
    actions = services.ACTIONS
    id_name = "review_id"
    done = {
        "recuse": _("You stepped back. The seat is free for somebody else."),
        "release": _("The review is taken away. The seat is free for somebody else."),
    }

    def get_success_url(self, subject: Review) -> str:
        return reverse("pages:staff:application_case", args=[subject.panel.application_id])
