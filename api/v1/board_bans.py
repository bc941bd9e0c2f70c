"""Bans from the boards."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import IdempotentMixin
from common.exceptions import NotFound
from providers.registry import selectors as registry
from scoring.seasons import ban_selectors, ban_services
from scoring.seasons.ban_filters import BanFilter
from scoring.seasons.ban_models import BoardBan


class BanSerializer(serializers.ModelSerializer[BoardBan]):
    """From the first to the last day no board shows the provider; lifted early, to the day before `lifted_on`."""

    provider = serializers.CharField(source="provider.code")

    class Meta:
        model = BoardBan
        fields = [
            "id",
            "number",
            "provider",
            "starts_on",
            "ends_on",
            "reason",
            "imposed_at",
            "lifted_on",
            "lift_reason",
            "version",
        ]
        read_only_fields = fields


class BanInput(serializers.Serializer[Any]):
    provider = serializers.CharField(max_length=40, help_text="The provider's code.")
    starts_on = serializers.DateField(help_text="Today at the earliest.")
    ends_on = serializers.DateField(help_text="The last day.")
    reason = serializers.CharField(max_length=2000, help_text="The provider reads it; the public does not.")


class LiftInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)
    version = serializers.IntegerField(min_value=1, help_text="The version that you read.")


class BanListView(IdempotentMixin, ListAPIView[BoardBan]):
    """The bans that you may see; POST imposes one."""

    serializer_class = BanSerializer
    filterset_class = BanFilter
    queryset = BoardBan.objects.none()

    def get_queryset(self) -> Any:
        return ban_selectors.visible_to(self.request.user)

    @extend_schema(request=BanInput, responses={201: BanSerializer})
    def post(self, request: Request) -> Response:
        form = BanInput(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        provider = registry.visible_to(request.user).filter(code=data.pop("provider")).first()
        if provider is None:
            raise NotFound()
        ban = ban_services.impose_ban(provider_id=provider.pk, by=request.user, **data)
        return Response(self.get_serializer(ban).data, status=201)


class BanPart(IdempotentMixin, GenericAPIView[BoardBan]):
    """What the endpoints of one ban share."""

    serializer_class = BanSerializer
    queryset = BoardBan.objects.none()

    def get_ban(self) -> BoardBan:
        ban = ban_selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if ban is None:
            raise NotFound()
        return ban


class BanView(BanPart):
    """One ban."""

    @extend_schema(responses=BanSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_ban()).data)


class BanLiftView(BanPart):
    """End a ban before its last day."""

    @extend_schema(request=LiftInput, responses=BanSerializer)
    def post(self, request: Request, pk: int) -> Response:
        ban = self.get_ban()
        form = LiftInput(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(
            self.get_serializer(ban_services.lift_ban(ban_id=ban.pk, by=request.user, **form.validated_data)).data
        )
