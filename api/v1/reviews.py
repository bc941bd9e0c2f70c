"""Reviews of applications: take or give a seat, hand in, step back; panels as their viewer may know them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from common.exceptions import InvalidInput, NotFound
from providers.admission import selectors as applications
from providers.admission.review import permissions, selectors, services
from providers.admission.review.draft_services import save_draft
from providers.admission.review.enums import Recommendation, ReviewStatus
from providers.admission.review.filters import ReviewFilter
from providers.admission.review.models import Review
from providers.admission.review.rubric_models import MOST_LEVEL
from providers.admission.review.states import REVIEW
from providers.enums import Capability


class ReviewScoreSerializer(serializers.Serializer[Any]):
    """The level of one capability; null where the reviewer saw no evidence."""

    capability = serializers.ChoiceField(choices=Capability.choices)
    level = serializers.IntegerField(min_value=0, max_value=MOST_LEVEL, allow_null=True)
    comment = serializers.CharField(max_length=2000, allow_blank=True, default="")


class ReviewListItem(serializers.ModelSerializer[Review]):
    """A review in a list."""

    application = serializers.IntegerField(source="panel.application_id")
    number = serializers.CharField(source="panel.application.number")
    provider_name = serializers.CharField(source="panel.application.provider.name")
    round = serializers.IntegerField(source="panel.round")
    rubric = serializers.IntegerField(source="panel.rubric.number", help_text="The version of the rubric.")
    reviewer = serializers.CharField(source="reviewer.email")
    status = serializers.ChoiceField(choices=ReviewStatus.choices)

    class Meta:
        model = Review
        fields = [
            "id",
            "application",
            "number",
            "provider_name",
            "round",
            "rubric",
            "reviewer",
            "status",
            "created_at",
            "finished_at",
            "version",
        ]
        read_only_fields = fields


class ReviewSerializer(ReviewListItem):
    """A review. Another person's judgement is null until the panel has settled."""

    recommendation = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField()
    scores = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()

    class Meta(ReviewListItem.Meta):
        fields = [*ReviewListItem.Meta.fields, "note", "recommendation", "reasons", "scores", "allowed_actions"]
        read_only_fields = fields

    def _may_read(self, review: Review) -> bool:
        return selectors.may_read_judgement(self.context["request"].user, review)

    @extend_schema_field(serializers.ChoiceField(choices=Recommendation.choices, allow_null=True))
    def get_recommendation(self, review: Review) -> str | None:
        return review.recommendation if self._may_read(review) else None

    def get_reasons(self, review: Review) -> str | None:
        return review.reasons if self._may_read(review) else None

    @extend_schema_field(ReviewScoreSerializer(many=True, allow_null=True))
    def get_scores(self, review: Review) -> Any:
        if not self._may_read(review) or review.status != ReviewStatus.SUBMITTED:
            return None
        return ReviewScoreSerializer(review.scores.all(), many=True).data

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, review: Review) -> list[dict[str, Any]]:
        user = self.context["request"].user
        offers = REVIEW.offer_actions(review, lambda row: permissions.check_act(user, review, row))
        return describe_offers([offer for offer in offers if offer.action != "lapse"])


class JudgementRequest(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1, help_text="The review's version that you read.")
    scores = ReviewScoreSerializer(many=True, help_text="One entry for each of the five capabilities.")
    recommendation = serializers.ChoiceField(choices=Recommendation.choices)
    reasons = serializers.CharField(max_length=4000)


class SeatRequest(serializers.Serializer[Any]):
    reviewer = serializers.IntegerField(
        required=False, help_text="Id of the person to ask, for whoever may assign; without it you take the seat."
    )


class ReviewListView(ListAPIView[Review]):
    """The reviews that you may know of, yours among them."""

    serializer_class = ReviewListItem
    filterset_class = ReviewFilter

    def get_queryset(self) -> Any:
        return selectors.overdue_first(selectors.visible_to(self.request.user))


class ReviewPart(IdempotentMixin, GenericAPIView[Review]):
    """What the endpoints of one review share."""

    serializer_class = ReviewSerializer
    queryset = Review.objects.none()

    def get_review(self, pk: int) -> Review:
        reviews = selectors.with_judgement(selectors.visible_to(self.request.user))
        review = reviews.filter(pk=pk).first()
        if review is None:
            raise NotFound()
        return review

    def answer(self, pk: int, status: int = 200) -> Response:
        """The review as it is now."""
        return Response(self.get_serializer(self.get_review(pk)).data, status=status)


class ReviewNextView(ReviewPart):
    """Take the application that waits longest and raises no conflict of interest."""

    @extend_schema(request=None, responses={201: ReviewSerializer})
    def post(self, request: Request) -> Response:
        return self.answer(services.take_next_review(by=request.user).pk, 201)


class ReviewView(ReviewPart):
    """One review."""

    @extend_schema(responses=ReviewSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return self.answer(pk)


class ReviewJudgementView(ReviewPart):
    """Hand in your review; it cannot be changed afterwards."""

    @extend_schema(request=JudgementRequest, responses=ReviewSerializer)
    def post(self, request: Request, pk: int) -> Response:
        self.get_review(pk)
        form = JudgementRequest(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        entries = data.pop("scores")
        scores = {one["capability"]: (one["level"], one["comment"]) for one in entries}
        if len(scores) < len(entries):
            raise InvalidInput(
                _("A capability is judged twice."), field="scores", remedy=_("Give each of the five once.")
            )
        services.submit_review(review_id=pk, scores=scores, by=request.user, **data)
        return self.answer(pk)


class ReviewDraftSerializer(serializers.Serializer[Any]):
    """A half-written review; whatever is left out is empty."""

    levels = serializers.DictField(
        child=serializers.CharField(allow_blank=True), default=dict, help_text="By capability: 0 to 4, none, or empty."
    )
    comments = serializers.DictField(child=serializers.CharField(allow_blank=True), default=dict)
    recommendation = serializers.CharField(allow_blank=True, default="")
    reasons = serializers.CharField(allow_blank=True, default="")
    saved_at = serializers.DateTimeField(read_only=True)


class ReviewDraftView(ReviewPart):
    """What you have written so far of your own review; nobody else can read it. PUT keeps it for later."""

    @extend_schema(responses=ReviewDraftSerializer)
    def get(self, request: Request, pk: int) -> Response:
        draft = selectors.draft_of(request.user, self.get_review(pk))
        if draft is None:
            raise NotFound()
        return Response({**draft.content, "saved_at": draft.saved_at})

    @extend_schema(request=ReviewDraftSerializer, responses=ReviewDraftSerializer)
    def put(self, request: Request, pk: int) -> Response:
        self.get_review(pk)
        form = ReviewDraftSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        draft = save_draft(review_id=pk, content=form.validated_data, by=request.user)
        return Response({**draft.content, "saved_at": draft.saved_at})


class ReviewActionsView(ReviewPart):
    """Step back from your review, or take one away from its reviewer."""

    @extend_schema(request=ActionInput, responses=ReviewSerializer)
    def post(self, request: Request, pk: int) -> Response:
        run_action(request, self.get_review(pk), REVIEW, services.ACTIONS, "review_id")
        return self.answer(pk)


class ApplicationReviewsView(ReviewPart):
    """Take a seat in the panel of an application, or give it to a reviewer."""

    @extend_schema(request=SeatRequest, responses={201: ReviewSerializer})
    def post(self, request: Request, pk: int) -> Response:
        if not applications.visible_to(request.user).filter(pk=pk).exists():
            raise NotFound()
        form = SeatRequest(data=request.data)
        form.is_valid(raise_exception=True)
        reviewer = form.validated_data.get("reviewer")
        if reviewer is None:
            review = services.take_review(application_id=pk, by=request.user)
        else:
            review = services.assign_review(application_id=pk, reviewer_id=reviewer, by=request.user)
        return self.answer(review.pk, 201)
