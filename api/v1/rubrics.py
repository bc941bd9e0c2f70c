"""The rubric by which reviewers judge, and how well they agree."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import check_permission, has_permission
from api.base import IdempotentMixin
from common.days import business_day
from common.exceptions import NotFound
from engine.panel import Kappa
from providers.admission.review import agreement, selectors
from providers.admission.review.rubric_models import MOST_LEVEL, MOST_MARGIN, Rubric
from providers.admission.review.rubric_services import publish_rubric
from providers.enums import Capability

DEFAULT_DAYS = 365


class RubricLevelSerializer(serializers.Serializer[Any]):
    """The anchor of one level of one capability."""

    capability = serializers.ChoiceField(choices=Capability.choices)
    level = serializers.IntegerField(min_value=0, max_value=MOST_LEVEL)
    text_zh = serializers.CharField(max_length=300)
    text_en = serializers.CharField(max_length=300)


class RubricSerializer(serializers.ModelSerializer[Rubric]):
    """A version of the rubric; it never changes."""

    levels = RubricLevelSerializer(many=True)

    class Meta:
        model = Rubric
        fields = ["number", "margin", "note", "created_at", "levels"]
        read_only_fields = fields


class RubricRequest(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="The number of the newest version that you read.")
    margin = serializers.IntegerField(
        min_value=0, max_value=MOST_MARGIN, help_text="The difference in a capability that asks for no third reviewer."
    )
    note = serializers.CharField(max_length=2000, help_text="What changed.")
    levels = RubricLevelSerializer(many=True, help_text="All twenty-five.")


class KappaSerializer(serializers.Serializer[Any]):
    """Quadratic weighted kappa with its interval, null where it is not defined; `capability` is null for all."""

    capability = serializers.ChoiceField(choices=Capability.choices, allow_null=True)
    value = serializers.FloatField(allow_null=True)
    lower = serializers.FloatField(allow_null=True)
    upper = serializers.FloatField(allow_null=True)
    pairs = serializers.IntegerField()
    unmatched = serializers.IntegerField(help_text="Capabilities in which one reviewer alone saw evidence.")
    table = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="Levels of the first reviewer (rows) against those of the second.",
    )


class LeniencySerializer(serializers.Serializer[Any]):
    """A reviewer's mean difference to the others of the same panels."""

    reviewer = serializers.CharField(source="reviewer.email")
    panels = serializers.IntegerField()
    scores = serializers.IntegerField()
    difference = serializers.FloatField()


class AgreementSerializer(serializers.Serializer[Any]):
    since = serializers.DateField()
    until = serializers.DateField()
    panels = serializers.IntegerField()
    thirds = serializers.IntegerField(help_text="Panels that needed a third reviewer.")
    agreement = KappaSerializer(many=True)
    leniency = LeniencySerializer(many=True, allow_null=True, help_text="For administrators and auditors, else null.")


class PeriodQuery(serializers.Serializer[Any]):
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "since" in attrs and "until" in attrs and attrs["since"] > attrs["until"]:
            raise serializers.ValidationError({"until": _("The period ends before it begins. Exchange the two days.")})
        return attrs


class RubricListView(IdempotentMixin, GenericAPIView[Rubric]):
    """All versions, the newest first; POST publishes the next one."""

    serializer_class = RubricSerializer
    queryset = Rubric.objects.none()

    @extend_schema(responses=RubricSerializer(many=True))
    def get(self, request: Request) -> Response:
        check_permission(request.user, "review.view")
        return Response(self.get_serializer(selectors.all_rubrics(), many=True).data)

    @extend_schema(request=RubricRequest, responses={201: RubricSerializer})
    def post(self, request: Request) -> Response:
        check_permission(request.user, "rubric.publish")
        form = RubricRequest(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        anchors: dict[str, list[tuple[str, str]]] = {}
        for one in sorted(data.pop("levels"), key=lambda one: one["level"]):
            anchors.setdefault(one["capability"], []).append((one["text_zh"], one["text_en"]))
        rubric = publish_rubric(anchors=anchors, by=request.user, **data)
        return Response(self.get_serializer(rubric).data, status=201)


class RubricView(GenericAPIView[Rubric]):
    """One version by its number."""

    serializer_class = RubricSerializer
    queryset = Rubric.objects.none()

    def get(self, request: Request, number: int) -> Response:
        check_permission(request.user, "review.view")
        rubric = next((one for one in selectors.all_rubrics() if one.number == number), None)
        if rubric is None:
            raise NotFound()
        return Response(self.get_serializer(rubric).data)


class AgreementView(GenericAPIView[Rubric]):
    """How well first and second reviewers agree, over panels that settled in a period; the last year by itself."""

    serializer_class = AgreementSerializer
    queryset = Rubric.objects.none()

    @extend_schema(parameters=[PeriodQuery])
    def get(self, request: Request) -> Response:
        check_permission(request.user, "agreement.view")
        query = PeriodQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        until = query.validated_data.get("until", business_day(timezone.now()))
        reach = min(DEFAULT_DAYS, until.toordinal() - 1)  # the calendar begins somewhere
        since = query.validated_data.get("since", until - timedelta(days=reach))
        found = agreement.read_agreement(since, until)
        lines = [describe(None, found.overall)] + [describe(one.value, kappa) for one, kappa in found.by_capability]
        may_see = has_permission(request.user, "leniency.view")
        body = {
            "since": since,
            "until": until,
            "panels": found.panels,
            "thirds": found.thirds,
            "agreement": lines,
            "leniency": agreement.read_leniency(since, until) if may_see else None,
        }
        return Response(self.get_serializer(body).data)


def describe(capability: str | None, kappa: Kappa) -> dict[str, Any]:
    """Kappa as KappaSerializer takes it."""
    return {
        "capability": capability,
        "value": kappa.value,
        "lower": kappa.lower,
        "upper": kappa.upper,
        "pairs": kappa.pairs,
        "unmatched": kappa.unmatched,
        "table": kappa.table.tolist(),
    }
