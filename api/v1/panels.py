"""The panel of an application as its viewer may know it, and one action on several applications."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import IdempotentMixin
from api.v1.reviews import ReviewSerializer
from common.exceptions import NotFound
from providers.admission import bulk_services
from providers.admission import selectors as applications
from providers.admission.models import Application
from providers.admission.review import selectors
from providers.admission.review.enums import PanelStatus, Recommendation, Settled
from providers.enums import Capability


class PanelScoreSerializer(serializers.Serializer[Any]):
    """The panel's score of one capability; null without evidence."""

    capability = serializers.ChoiceField(choices=Capability.choices)
    score = serializers.DecimalField(max_digits=2, decimal_places=1, allow_null=True)


class PanelResultSerializer(serializers.Serializer[Any]):
    """What a settled panel came to."""

    recommendation = serializers.ChoiceField(choices=Recommendation.choices)
    how = serializers.ChoiceField(choices=Settled.choices, help_text="Consensus, within the margin, or by a third.")
    scores = PanelScoreSerializer(many=True)
    settled_at = serializers.DateTimeField()


class PersonSerializer(serializers.Serializer[Any]):
    """Somebody who can be asked."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class PanelSerializer(serializers.Serializer[Any]):
    """The panel of the present or last round, as far as you may know it: names and judgements once it has settled."""

    round = serializers.IntegerField()
    rubric = serializers.IntegerField()
    settled = serializers.BooleanField()
    own_review = serializers.IntegerField(allow_null=True, help_text="The id of your review of this round.")
    may_take = serializers.BooleanField()
    result = PanelResultSerializer(allow_null=True)
    reviews = ReviewSerializer(many=True, help_text="Of a settled panel all; before that those that you may assign.")
    assignable = PersonSerializer(many=True)


class BulkItem(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    version = serializers.IntegerField(min_value=1)


class BulkRequest(serializers.Serializer[Any]):
    action = serializers.ChoiceField(choices=sorted(bulk_services.ACTIONS))
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)
    items = BulkItem(many=True)


class BulkRow(serializers.Serializer[Any]):
    """What became of one application."""

    id = serializers.IntegerField(source="application.pk")
    number = serializers.CharField(source="application.number")
    done = serializers.BooleanField()
    detail = serializers.CharField(source="message")
    remedy = serializers.CharField()


class BulkReport(serializers.Serializer[Any]):
    rows = BulkRow(many=True)


class ApplicationPanelView(GenericAPIView[Application]):
    """The panel of an application, for staff."""

    serializer_class = PanelSerializer
    queryset = Application.objects.none()

    def get(self, request: Request, pk: int) -> Response:
        application = applications.visible_to(request.user).filter(pk=pk).first()
        view = selectors.view_panel(request.user, application) if application else None
        if view is None:
            raise NotFound()
        return Response(self.get_serializer(describe_panel(view)).data)


class ApplicationBulkView(IdempotentMixin, GenericAPIView[Application]):
    """One action on several applications, each by itself: `take` reviews, `admit` those on which triage and all
    reviewers agree (never by one of these), or `reject` those that definitely fail."""

    serializer_class = BulkReport
    queryset = Application.objects.none()

    @extend_schema(request=BulkRequest, responses=BulkReport)
    def post(self, request: Request) -> Response:
        form = BulkRequest(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        items = [(one["id"], one["version"]) for one in data.pop("items")]
        rows = bulk_services.act_on_many(items=items, by=request.user, **data)
        return Response(BulkReport({"rows": rows}).data)


def describe_panel(view: selectors.PanelView) -> dict[str, Any]:
    """The panel as PanelSerializer takes it."""
    result = view.result
    return {
        "round": view.panel.round,
        "rubric": view.panel.rubric.number,
        "settled": view.panel.status == PanelStatus.SETTLED,
        "own_review": view.own.pk if view.own else None,
        "may_take": view.may_take,
        "result": result
        and {
            "recommendation": result.recommendation,
            "how": result.how,
            "scores": [
                {"capability": key, "score": score} for key, score in zip(Capability.values, result.scores, strict=True)
            ],
            "settled_at": result.created_at,
        },
        "reviews": view.reviews or view.seats,
        "assignable": [
            {"id": one.pk, "name": str(one)} for one in (selectors.assignable_to(view.panel) if view.may_assign else [])
        ],
    }
