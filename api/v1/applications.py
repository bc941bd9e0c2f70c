"""Applications: how a provider gets in."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api.actions import run_action
from api.base import IdempotentMixin, describe_offers
from api.v1.acting import OfferSerializer
from api.v1.decisions import AnswerSerializer, ApplicationActionInput, ComparisonSerializer, RejectionReasonSerializer
from common.exceptions import InvalidInput, NotFound
from providers.admission import permissions, policies, review_services, selectors, services
from providers.admission.filters import ApplicationFilter
from providers.admission.models import MAX_LINKS, PHONE, Application, CapabilityEvidence
from providers.admission.review.enums import PanelState
from providers.admission.review.queue import with_panel_state
from providers.admission.states import APPLICATION
from providers.admission.triage_selectors import with_triage
from providers.criteria.enums import Outcome
from providers.registry import selectors as registry


class EvidenceSerializer(serializers.ModelSerializer[CapabilityEvidence]):
    class Meta:
        model = CapabilityEvidence
        fields = ["capability", "statement", "figures", "cases", "links"]
        read_only_fields = fields


class MissingSerializer(serializers.Serializer[Any]):
    """One thing that the application still lacks."""

    field = serializers.CharField()
    detail = serializers.CharField()


class ApplicationListItem(serializers.ModelSerializer[Application]):
    """An application in a list."""

    provider = serializers.CharField(source="provider.code")
    provider_name = serializers.CharField(source="provider.name")
    window = serializers.CharField(source="window.code")
    evidence_count = serializers.IntegerField()
    trader_count = serializers.IntegerField()
    triage_outcome = serializers.ChoiceField(choices=Outcome.choices, allow_null=True)
    panel_state = serializers.ChoiceField(
        choices=PanelState.choices,
        allow_null=True,
        help_text="Where the panel of reviewers stands, as far as you may know; null for applicants.",
    )
    own_review = serializers.IntegerField(allow_null=True, help_text="The id of your review of the present round.")

    class Meta:
        model = Application
        fields = [
            "id",
            "number",
            "provider",
            "provider_name",
            "window",
            "status",
            "evidence_count",
            "trader_count",
            "triage_outcome",
            "panel_state",
            "own_review",
            "created_at",
            "submitted_at",
            "decided_at",
            "standstill_until",
            "finalised_at",
            "version",
        ]
        read_only_fields = fields


class ApplicationSerializer(serializers.ModelSerializer[Application]):
    provider = serializers.CharField(source="provider.code")
    provider_name = serializers.CharField(source="provider.name")
    window = serializers.CharField(source="window.code")
    traders = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)
    evidence = EvidenceSerializer(many=True)
    reasons = RejectionReasonSerializer(many=True)
    answers = AnswerSerializer(many=True)
    submit_until = serializers.SerializerMethodField(help_text="Null when there is no end.")
    missing = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = Application
        fields = [
            "id",
            "number",
            "provider",
            "provider_name",
            "window",
            "status",
            "summary",
            "contact_name",
            "contact_phone",
            "contact_email",
            "traders",
            "evidence",
            "missing",
            "created_at",
            "submit_until",
            "submitted_at",
            "returned_at",
            "return_note",
            "decided_at",
            "decision_note",
            "decision_round",
            "reasons",
            "answers",
            "standstill_until",
            "finalised_at",
            "final_note",
            "withdrawn_at",
            "version",
            "allowed_actions",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_submit_until(self, application: Application) -> datetime | None:
        return policies.submission_deadline(application)

    @extend_schema_field(MissingSerializer(many=True))
    def get_missing(self, application: Application) -> list[dict[str, str]]:
        return [{"field": item.field, "detail": str(item.text)} for item in policies.find_missing(application)]

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, application: Application) -> list[dict[str, Any]]:
        user = self.context["request"].user
        return describe_offers(
            APPLICATION.offer_actions(application, lambda row: permissions.check_offer(user, application, row))
        )


class ApplicationRequest(serializers.Serializer[Any]):
    provider = serializers.CharField(max_length=40, help_text="The code of your provider.")
    window = serializers.CharField(
        max_length=20, required=False, help_text="The code of an open window; needed when several are open for you."
    )


class ApplicationChanges(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="The version that you read.")
    summary = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    contact_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    contact_phone = serializers.CharField(max_length=20, required=False, allow_blank=True, validators=[PHONE])
    contact_email = serializers.EmailField(required=False, allow_blank=True)
    traders = serializers.ListField(
        child=serializers.CharField(max_length=20),
        required=False,
        max_length=200,
        help_text="Trader codes, all of them.",
    )


class EvidenceRequest(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="The application's version that you read.")
    statement = serializers.CharField(max_length=2000)
    figures = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    cases = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    links = serializers.ListField(child=serializers.URLField(max_length=300), required=False, max_length=MAX_LINKS)


class ApplicationListView(IdempotentMixin, ListAPIView[Application]):
    """The applications that you may see; POST begins one."""

    serializer_class = ApplicationListItem
    filterset_class = ApplicationFilter

    def get_queryset(self) -> Any:
        applications = with_triage(selectors.with_counts(selectors.visible_to(self.request.user)))
        return with_panel_state(applications, self.request.user).order_by("-created_at", "-pk")

    @extend_schema(request=ApplicationRequest, responses={201: ApplicationSerializer})
    def post(self, request: Request) -> Response:
        form = ApplicationRequest(data=request.data)
        form.is_valid(raise_exception=True)
        provider = registry.visible_to(request.user).filter(code=form.validated_data["provider"]).first()
        if provider is None:
            raise InvalidInput(
                _("There is no such provider among yours."),
                field="provider",
                remedy=_("Give the code of your provider."),
            )
        application = services.create_application(
            provider_id=provider.pk, by=request.user, window=form.validated_data.get("window")
        )
        return Response(ApplicationSerializer(application, context={"request": request}).data, status=201)


class ApplicationPart(IdempotentMixin, GenericAPIView[Application]):
    """What the endpoints of one application share."""

    serializer_class = ApplicationSerializer
    queryset = Application.objects.none()

    def get_application(self) -> Application:
        application = selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if application is None:
            raise NotFound()
        return application

    def answer(self) -> Response:
        """The application as it is now."""
        applications = selectors.with_content(selectors.visible_to(self.request.user))
        application = applications.filter(pk=self.kwargs["pk"]).first()
        if application is None:
            raise NotFound()
        return Response(self.get_serializer(application).data)


class ApplicationView(ApplicationPart):
    """One application with its evidence, its traders and what it lacks."""

    @extend_schema(responses=ApplicationSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return self.answer()

    @extend_schema(request=ApplicationChanges, responses=ApplicationSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        form = ApplicationChanges(data=request.data)
        form.is_valid(raise_exception=True)
        changes = dict(form.validated_data)
        version = changes.pop("version")
        services.edit_application(
            application_id=self.get_application().pk, changes=changes, by=request.user, version=version
        )
        return self.answer()


class ApplicationEvidenceView(ApplicationPart):
    """The evidence for one capability: PUT writes it, DELETE takes it out."""

    @extend_schema(request=EvidenceRequest, responses=ApplicationSerializer)
    def put(self, request: Request, pk: int, capability: str) -> Response:
        form = EvidenceRequest(data=request.data)
        form.is_valid(raise_exception=True)
        services.set_evidence(
            application_id=self.get_application().pk, capability=capability, by=request.user, **form.validated_data
        )
        return self.answer()

    @extend_schema(request=None, responses=ApplicationSerializer)
    def delete(self, request: Request, pk: int, capability: str) -> Response:
        services.remove_evidence(application_id=self.get_application().pk, capability=capability, by=request.user)
        return self.answer()


class ApplicationActionsView(ApplicationPart):
    """Take a step: submit, withdraw or answer; return, admit, reject (with `reasons`), uphold or reconsider."""

    @extend_schema(request=ApplicationActionInput, responses=ApplicationSerializer)
    def post(self, request: Request, pk: int) -> Response:
        run_action(
            request,
            self.get_application(),
            APPLICATION,
            review_services.ACTIONS,
            "application_id",
            input_class=ApplicationActionInput,
        )
        return self.answer()


class ApplicationChangesView(ApplicationPart):
    """What this application changed against the last one of the same company; `against` is null for a first one."""

    @extend_schema(responses=ComparisonSerializer)
    def get(self, request: Request, pk: int) -> Response:
        application = selectors.with_content(selectors.visible_to(request.user)).filter(pk=pk).first()
        if application is None:
            raise NotFound()
        before, changes = selectors.compare_with_previous(application)
        found = {"against": before.number if before else None, "changes": changes}
        return Response(ComparisonSerializer(found).data)
