"""Admission windows: when companies may apply, and what is asked."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from common.exceptions import NotFound
from providers.admission import window_selectors, window_services
from providers.admission.models import Application
from providers.admission.window_permissions import offer_window_actions
from providers.enums import Category, ProviderType
from providers.windows import selectors, services
from providers.windows.enums import WindowKind
from providers.windows.filters import WindowFilter
from providers.windows.models import AdmissionWindow
from providers.windows.states import WINDOW

TERMS = [
    "code",
    "title_zh",
    "title_en",
    "text_zh",
    "text_en",
    "kind",
    "provider_types",
    "categories",
    "places",
    "opens_at",
    "closes_at",
    "standstill_days",
    "reapply_after_days",
    "return_grace_days",
]


class WindowListItem(serializers.ModelSerializer[AdmissionWindow]):
    """A window with its terms. Empty `provider_types` or `categories` mean all; `closes_at` is null while it has no
    end, `places` while there is no limit."""

    class Meta:
        model = AdmissionWindow
        fields = [*TERMS, "status", "standstill_until", "version"]
        read_only_fields = fields


class WindowSerializer(WindowListItem):
    applications = serializers.SerializerMethodField(help_text="How many are in each state; for staff alone.")
    allowed_actions = serializers.SerializerMethodField()

    class Meta(WindowListItem.Meta):
        fields = [*WindowListItem.Meta.fields, "applications", "allowed_actions"]
        read_only_fields = fields

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField(), allow_null=True))
    def get_applications(self, window: AdmissionWindow) -> dict[str, int] | None:
        return window_selectors.count_states_for(self.context["request"].user, window)

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, window: AdmissionWindow) -> list[dict[str, Any]]:
        return describe_offers(offer_window_actions(window, self.context["request"].user, timezone.now()))


class WindowChanges(serializers.Serializer[Any]):
    """The terms of a draft. `version` is the one that you read."""

    version = serializers.IntegerField(min_value=1)
    code = serializers.CharField(max_length=20, required=False, help_text="Capital letters, digits and hyphens.")
    title_zh = serializers.CharField(max_length=80, required=False)
    title_en = serializers.CharField(max_length=80, required=False)
    text_zh = serializers.CharField(max_length=4000, required=False, help_text="What is asked, in Chinese.")
    text_en = serializers.CharField(max_length=4000, required=False, help_text="What is asked, in English.")
    kind = serializers.ChoiceField(choices=WindowKind.choices, required=False)
    provider_types = serializers.ListField(
        child=serializers.ChoiceField(choices=ProviderType.choices), required=False, help_text="Empty for all."
    )
    categories = serializers.ListField(
        child=serializers.ChoiceField(choices=Category.choices), required=False, help_text="Empty for all."
    )
    places = serializers.IntegerField(min_value=1, required=False, allow_null=True, help_text="Null for no limit.")
    opens_at = serializers.DateTimeField(required=False)
    closes_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Null for a window that is open until further notice."
    )
    standstill_days = serializers.IntegerField(min_value=0, required=False)
    reapply_after_days = serializers.IntegerField(min_value=0, required=False)
    return_grace_days = serializers.IntegerField(min_value=0, required=False)


class WindowInput(WindowChanges):
    """The terms of a new window."""

    version = None
    code = serializers.CharField(max_length=20, help_text="Capital letters, digits and hyphens.")
    title_zh = serializers.CharField(max_length=80)
    title_en = serializers.CharField(max_length=80)
    text_zh = serializers.CharField(max_length=4000, help_text="What is asked, in Chinese.")
    text_en = serializers.CharField(max_length=4000, help_text="What is asked, in English.")
    kind = serializers.ChoiceField(choices=WindowKind.choices)
    opens_at = serializers.DateTimeField()


class ListEntry(serializers.Serializer[Any]):
    """One company on the list of a window."""

    application = serializers.CharField(source="number")
    provider = serializers.CharField(source="provider.code")
    provider_name = serializers.CharField(source="provider.name")
    status = serializers.CharField()


class WindowListView(IdempotentMixin, ListAPIView[AdmissionWindow]):
    """Windows, the newest first: staff see all, everybody else what was announced. POST prepares one."""

    serializer_class = WindowListItem
    filterset_class = WindowFilter

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user)

    @extend_schema(request=WindowInput, responses={201: WindowSerializer})
    def post(self, request: Request) -> Response:
        form = WindowInput(data=request.data)
        form.is_valid(raise_exception=True)
        window = services.create_window(terms=form.validated_data, by=request.user)
        return Response(WindowSerializer(window, context={"request": request}).data, status=201)


class WindowPart(IdempotentMixin, GenericAPIView[AdmissionWindow]):
    """What the endpoints of one window share."""

    serializer_class = WindowSerializer
    queryset = AdmissionWindow.objects.none()

    def get_window(self) -> AdmissionWindow:
        window = selectors.visible_to(self.request.user).filter(code=self.kwargs["code"]).first()
        if window is None:
            raise NotFound()
        return window


class WindowView(WindowPart):
    """One window; PATCH changes a draft."""

    @extend_schema(responses=WindowSerializer)
    def get(self, request: Request, code: str) -> Response:
        return Response(self.get_serializer(self.get_window()).data)

    @extend_schema(request=WindowChanges, responses=WindowSerializer)
    def patch(self, request: Request, code: str) -> Response:
        form = WindowChanges(data=request.data)
        form.is_valid(raise_exception=True)
        changes = dict(form.validated_data)
        version = changes.pop("version")
        window = services.edit_window(window_id=self.get_window().pk, changes=changes, by=request.user, version=version)
        return Response(self.get_serializer(window).data)


class WindowListOfCompanies(WindowPart):
    """The list of a window for staff: who was admitted and who was finally rejected."""

    @extend_schema(responses=ListEntry(many=True))
    def get(self, request: Request, code: str) -> Response:
        entries = window_selectors.list_for(request.user, self.get_window())
        return Response(ListEntry(entries, many=True).data)


class FinalListEntry(serializers.Serializer[Any]):
    """One company that was admitted in a window."""

    provider = serializers.CharField(source="provider.code")
    provider_name = serializers.CharField(source="provider.name")
    admitted_at = serializers.DateTimeField(source="decided_at")


class WindowFinalList(ListAPIView[Application]):
    """Who was admitted in a window, open to everybody once the list is final; 404 before. Nothing about the others."""

    permission_classes = [AllowAny]
    serializer_class = FinalListEntry
    filter_backends: list[Any] = []

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Application.objects.none()
        window = selectors.finished().filter(code=self.kwargs["code"]).first()
        if window is None:
            raise NotFound()
        return window_selectors.final_list(window)


class WindowActionsView(WindowPart):
    """Take a step: announce, open, close, stand_still or finalise."""

    @extend_schema(request=ActionInput, responses=WindowSerializer)
    def post(self, request: Request, code: str) -> Response:
        window = run_action(request, self.get_window(), WINDOW, window_services.ACTIONS, "window_id")
        return Response(self.get_serializer(window).data)
