"""Links of applicants to barred parties."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import has_permission
from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import ActionInput, OfferSerializer
from common.exceptions import InvalidInput, NotFound
from providers.registry import selectors as registry
from providers.registry.models import Provider
from providers.relations import link_services, permissions, selectors, services
from providers.relations.enums import Reason
from providers.relations.filters import LinkFilter, OwnLinkFilter
from providers.relations.link_models import Link
from providers.relations.models import Party
from providers.relations.paths import Ground, own_grounds, read_paths
from providers.relations.states import LINK


class GroundSerializer(serializers.Serializer[Ground]):
    """One reason for a step. Applicants see their own values alone, and no strengths."""

    code = serializers.ChoiceField(choices=Reason.choices)
    label = serializers.CharField()
    masked = serializers.CharField(help_text="The shared value, masked; empty when there is none to show.")
    strength = serializers.FloatField()
    ended = serializers.BooleanField(help_text="Whether one of the two no longer uses it.")


class StepSerializer(serializers.Serializer[Any]):
    """From one party to the next; parties by the provider's code (P…) or the number on the barred list (B…)."""

    one = serializers.SerializerMethodField()
    other = serializers.SerializerMethodField()
    strength = serializers.FloatField()
    grounds = GroundSerializer(many=True)

    def get_one(self, step: Any) -> str:
        return code_of(step.one)

    def get_other(self, step: Any) -> str:
        return code_of(step.other)


def code_of(party: Party) -> str:
    """A party as the API names it."""
    return party.provider.code if party.provider else party.barred.number  # type: ignore[union-attr]


class LinkListItem(serializers.ModelSerializer[Link]):
    """A link in a list. `other` and `strength` are for platform staff, null for the applicant."""

    provider = serializers.CharField(source="provider.code")
    provider_name = serializers.CharField(source="provider.name")
    other = serializers.SerializerMethodField()
    strength = serializers.SerializerMethodField()
    intercepts = serializers.BooleanField(source="is_blocking")

    class Meta:
        model = Link
        fields = [
            "id",
            "number",
            "provider",
            "provider_name",
            "other",
            "status",
            "strength",
            "intercepts",
            "reasons",
            "created_at",
            "version",
        ]
        read_only_fields = fields

    def is_staff(self) -> bool:
        return has_permission(self.context["request"].user, "barred.view")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_other(self, link: Link) -> str | None:
        return code_of(link.other) if self.is_staff() else None

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_strength(self, link: Link) -> float | None:
        return link.strength if self.is_staff() else None

    def to_representation(self, link: Link) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(link)
        if not self.is_staff():
            shown["reasons"] = [ground.code for ground in own_grounds(link)]
        return shown


class LinkSerializer(LinkListItem):
    """One link. `path` is for platform staff; `own_grounds` is what the applicant is told."""

    path = serializers.SerializerMethodField()
    own_grounds = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()

    class Meta(LinkListItem.Meta):
        fields = [
            *LinkListItem.Meta.fields,
            "path",
            "own_grounds",
            "contested_at",
            "contest_note",
            "decided_at",
            "decision_note",
            "allowed_actions",
        ]
        read_only_fields = fields

    @extend_schema_field(StepSerializer(many=True))
    def get_path(self, link: Link) -> list[dict[str, Any]]:
        return list(StepSerializer(read_paths([link])[link.pk], many=True).data) if self.is_staff() else []

    @extend_schema_field(GroundSerializer(many=True))
    def get_own_grounds(self, link: Link) -> list[dict[str, Any]]:
        return list(GroundSerializer(own_grounds(link), many=True).data)

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, link: Link) -> list[dict[str, Any]]:
        user = self.context["request"].user
        return describe_offers(LINK.offer_actions(link, lambda row: permissions.check_act(user, link, row)))


class LinkEntry(serializers.Serializer[Any]):
    provider = serializers.CharField(max_length=40, help_text="The code of the applicant.")
    other = serializers.CharField(
        max_length=20, help_text="A provider's code (P…) or a number of the barred list (B…)."
    )
    note = serializers.CharField(max_length=4000, help_text="What you know and where it stands.")


class LinkListView(IdempotentMixin, ListAPIView[Link]):
    """The links that you may see; POST holds one that the portal cannot find."""

    serializer_class = LinkListItem

    @property
    def filterset_class(self) -> type[LinkFilter]:
        """Applicants may not ask about the other party."""
        return LinkFilter if has_permission(self.request.user, "barred.view") else OwnLinkFilter

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user).order_by("-created_at", "-pk")

    @extend_schema(request=LinkEntry, responses={201: LinkSerializer})
    def post(self, request: Request) -> Response:
        form = LinkEntry(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        provider = registry.visible_to(request.user).filter(code=given["provider"]).first()
        if provider is None:
            raise InvalidInput(_("There is no such provider."), field="provider", remedy=_("Give a provider's code."))
        link = link_services.enter_link(
            provider_id=provider.pk, other=given["other"], note=given["note"], by=request.user
        )
        return Response(LinkSerializer(link, context={"request": request}).data, status=201)


class LinkPart(IdempotentMixin, GenericAPIView[Link]):
    """What the endpoints of one link share."""

    serializer_class = LinkSerializer
    queryset = Link.objects.none()

    def get_link(self) -> Link:
        link = selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if link is None:
            raise NotFound()
        return link

    def answer(self) -> Response:
        """The link as it is now."""
        return Response(self.get_serializer(self.get_link()).data)


class LinkView(LinkPart):
    """One link."""

    @extend_schema(responses=LinkSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return self.answer()


class LinkActionsView(LinkPart):
    """Take a step: contest (the applicant), uphold, lift or override (platform staff)."""

    @extend_schema(request=ActionInput, responses=LinkSerializer)
    def post(self, request: Request, pk: int) -> Response:
        run_action(request, self.get_link(), LINK, link_services.ACTIONS, "link_id")
        return self.answer()


class CheckJobSerializer(serializers.Serializer[Any]):
    job = serializers.UUIDField(help_text="Follow it at /jobs/<id>.")


class LinkCheckView(IdempotentMixin, GenericAPIView[Provider]):
    """Look for links of a provider again, in the background."""

    serializer_class = CheckJobSerializer
    queryset = Provider.objects.none()

    @extend_schema(request=None, responses={202: CheckJobSerializer})
    def post(self, request: Request, code: str) -> Response:
        provider = registry.visible_to(request.user).filter(code=code).first()
        if provider is None:
            raise NotFound()
        job = services.request_check(provider_id=provider.pk, by=request.user)
        return Response({"job": str(job.pk)}, status=202)
