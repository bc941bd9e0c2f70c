"""The watch list, and the nights that fill it."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from common.days import business_day
from common.exceptions import NotFound
from providers.conduct import permissions, selectors, watch_services
from providers.conduct.filters import NightFilter, NightRowFilter, WatchFilter
from providers.conduct.models import Judgement, JudgementRow, WatchEntry
from providers.conduct.states import WATCH
from providers.criteria.models import Criterion


class WatchListItem(serializers.ModelSerializer[WatchEntry]):
    """An entry in a list. `breach_on` is null while the criterion is only expected to break."""

    provider = serializers.CharField(source="provider.code")
    provider_name = serializers.CharField(source="provider.name")
    criterion = serializers.CharField(source="criterion_key", help_text="The key of the criterion.")

    class Meta:
        model = WatchEntry
        fields = [
            "id",
            "provider",
            "provider_name",
            "criterion",
            "status",
            "opened_at",
            "breach_on",
            "forecast_on",
            "value",
            "judged_on",
            "clear_nights",
            "due_on",
            "version",
        ]
        read_only_fields = fields


class WatchedCriterionSerializer(serializers.ModelSerializer[Criterion]):
    """The criterion as it stood when the entry was opened."""

    class Meta:
        model = Criterion
        fields = [
            "key",
            "title_zh",
            "title_en",
            "text_zh",
            "text_en",
            "remedy_zh",
            "remedy_en",
            "measure",
            "limit",
            "direction",
        ]
        read_only_fields = fields


class TrendPointSerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    value = serializers.FloatField()


class WatchSerializer(WatchListItem):
    """One entry with its criterion, the measure over the last weeks, notice and plan."""

    criterion_text = serializers.SerializerMethodField()
    trend = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()

    class Meta(WatchListItem.Meta):
        fields = [
            *WatchListItem.Meta.fields,
            "notice",
            "plan",
            "plan_at",
            "closed_at",
            "criterion_text",
            "trend",
            "allowed_actions",
        ]
        read_only_fields = fields

    def _criterion(self, entry: WatchEntry) -> Criterion | None:
        return selectors.criteria_by_key([entry]).get((entry.criteria_set_id, entry.criterion_key))

    @extend_schema_field(WatchedCriterionSerializer(allow_null=True))
    def get_criterion_text(self, entry: WatchEntry) -> dict[str, Any] | None:
        criterion = self._criterion(entry)
        return dict(WatchedCriterionSerializer(criterion).data) if criterion else None

    @extend_schema_field(TrendPointSerializer(many=True))
    def get_trend(self, entry: WatchEntry) -> list[dict[str, Any]]:
        criterion = self._criterion(entry)
        measure = criterion.measure if criterion else ""
        points = selectors.trend_of(entry.provider_id, measure, business_day(timezone.now()))
        return [{"day": day.isoformat(), "value": value} for day, value in points]

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, entry: WatchEntry) -> list[dict[str, Any]]:
        user = self.context["request"].user
        return describe_offers(WATCH.offer_actions(entry, lambda row: permissions.check_watch_offer(user, entry, row)))


class WatchListView(ListAPIView[WatchEntry]):
    """The entries that you may see, the newest first."""

    serializer_class = WatchListItem
    filterset_class = WatchFilter

    def get_queryset(self) -> Any:
        return selectors.watch_visible_to(self.request.user)


class WatchPart(IdempotentMixin, GenericAPIView[WatchEntry]):
    """What the endpoints of one entry share."""

    serializer_class = WatchSerializer
    queryset = WatchEntry.objects.none()

    def get_entry(self) -> WatchEntry:
        entry = selectors.watch_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if entry is None:
            raise NotFound()
        return entry

    def answer(self) -> Response:
        """The entry as it is now."""
        return Response(self.get_serializer(self.get_entry()).data)


class WatchView(WatchPart):
    """One entry."""

    @extend_schema(responses=WatchSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return self.answer()


class WatchActionsView(WatchPart):
    """Take a step: propose (the provider), notify, accept, refuse, suspend, reinstate, clear_out or close (staff).

    The note of `propose` is the cure plan, that of every other step its reason.
    """

    @extend_schema(request=ActionInput, responses=WatchSerializer)
    def post(self, request: Request, pk: int) -> Response:
        run_action(request, self.get_entry(), WATCH, watch_services.ACTIONS, "entry_id")
        return self.answer()


class JudgementSerializer(serializers.ModelSerializer[Judgement]):
    """One night with its counts."""

    criteria_set = serializers.IntegerField(source="criteria_set.number", help_text="The number of the set in force.")
    providers = serializers.IntegerField(source="total", help_text="How many were judged.")

    class Meta:
        model = Judgement
        fields = ["id", "judged_on", "criteria_set", "providers", "passed", "open", "failed", "forecasts"]
        read_only_fields = fields


class NightRowSerializer(serializers.ModelSerializer[JudgementRow]):
    """One provider that did not simply pass; `failed` and `open` are keys of criteria."""

    provider = serializers.CharField(source="provider.code")
    provider_name = serializers.CharField(source="provider.name")

    class Meta:
        model = JudgementRow
        fields = ["provider", "provider_name", "outcome", "failed", "open", "forecast_on", "forecast_key"]
        read_only_fields = fields


class NightListView(ListAPIView[Judgement]):
    """The nights, the newest first; for platform staff."""

    serializer_class = JudgementSerializer
    filterset_class = NightFilter

    def get_queryset(self) -> Any:
        return selectors.nights_visible_to(self.request.user)


class NightRowListView(ListAPIView[JudgementRow]):
    """The providers of one night that did not simply pass."""

    serializer_class = NightRowSerializer
    filterset_class = NightRowFilter
    queryset = JudgementRow.objects.none()

    def get_queryset(self) -> Any:
        if "pk" not in self.kwargs:  # while the schema is described
            return JudgementRow.objects.none()
        night = selectors.nights_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if night is None:
            raise NotFound()
        return selectors.rows_of(night)
