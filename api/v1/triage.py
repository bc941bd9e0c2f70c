"""Triage of applications, mitigating facts, and trying a draft of the criteria."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import check_permission
from api.v1.applications import ApplicationPart
from api.v1.criteria import CriteriaSetPart
from common.exceptions import NotFound
from common.jobs.models import Job
from providers.admission.triage_models import MitigatingFact, Triage
from providers.admission.triage_selectors import findings_of, triage_of
from providers.admission.triage_services import add_mitigating_fact, triage_application
from providers.conduct.dry_run_services import begin_dry_run
from providers.criteria.dry_run_models import DryRun


class FactSerializer(serializers.ModelSerializer[MitigatingFact]):
    """What the applicant says to a finding."""

    class Meta:
        model = MitigatingFact
        fields = ["criterion_key", "text", "created_at"]
        read_only_fields = fields


class FindingSerializer(serializers.Serializer[Any]):
    """One criterion: pass, human or fail, the sentence and the signals that it rests on (null is unknown)."""

    criterion = serializers.CharField(source="criterion.key")
    kind = serializers.CharField(source="criterion.kind")
    verdict = serializers.CharField(source="verdict_name")
    sentence = serializers.CharField()
    signals = serializers.DictField(child=serializers.FloatField(allow_null=True))
    facts = FactSerializer(many=True)
    may_explain = serializers.BooleanField()


class TriageSerializer(serializers.ModelSerializer[Triage]):
    criteria_set = serializers.IntegerField(source="criteria_set.number")
    findings = serializers.SerializerMethodField()

    class Meta:
        model = Triage
        fields = ["outcome", "criteria_set", "judged_on", "created_at", "findings"]
        read_only_fields = fields

    @extend_schema_field(FindingSerializer(many=True))
    def get_findings(self, triage: Triage) -> Any:
        return FindingSerializer(findings_of(triage), many=True).data


class FactInput(serializers.Serializer[Any]):
    criterion = serializers.CharField(
        max_length=40, help_text="The key of a discretionary criterion that did not pass."
    )
    text = serializers.CharField(max_length=2000)


class DryRunSerializer(serializers.ModelSerializer[DryRun]):
    """What a draft would change: `moves` by application, `matrix` of outcomes, `counts` per criterion as
    [pass, human, fail]; `night` what would change for admitted providers: how many show a sign `before` and `after`,
    and per criterion and provider who would be `breaching`, `entering` the watch list, `cured` or `leaving`."""

    compared_with = serializers.IntegerField(source="compared_with.number", default=None)

    class Meta:
        model = DryRun
        fields = [
            "id",
            "digest",
            "compared_with",
            "application_count",
            "moves",
            "matrix",
            "counts",
            "night",
            "created_at",
        ]
        read_only_fields = fields


class DryRunAnswer(serializers.Serializer[Any]):
    """Either the result, or the job that makes it when many applications are open."""

    dry_run = DryRunSerializer(allow_null=True)
    job = serializers.UUIDField(allow_null=True)


class ApplicationTriageView(ApplicationPart):
    """The newest triage of an application; POST triages it again on what is known now."""

    @extend_schema(responses=TriageSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return self.answer_triage()

    @extend_schema(request=None, responses=TriageSerializer)
    def post(self, request: Request, pk: int) -> Response:
        triage_application(application_id=self.get_application().pk, by=request.user)
        return self.answer_triage()

    def answer_triage(self) -> Response:
        """The newest triage; 404 before the first."""
        triage = triage_of(self.get_application())
        if triage is None:
            raise NotFound()
        return Response(TriageSerializer(triage).data)


class MitigatingFactsView(ApplicationPart):
    """Say what speaks for the applicant about a discretionary criterion."""

    @extend_schema(request=FactInput, responses={201: FactSerializer})
    def post(self, request: Request, pk: int) -> Response:
        form = FactInput(data=request.data)
        form.is_valid(raise_exception=True)
        fact = add_mitigating_fact(
            application_id=self.get_application().pk,
            criterion_key=form.validated_data["criterion"],
            text=form.validated_data["text"],
            by=request.user,
        )
        return Response(FactSerializer(fact).data, status=201)


class DryRunListView(CriteriaSetPart):
    """The trials of a set, the newest first; POST tries a draft on all open applications and the next night."""

    @extend_schema(responses=DryRunSerializer(many=True))
    def get(self, request: Request, number: int) -> Response:
        check_permission(request.user, "criteria.view")
        dry_runs = self.get_set().dry_runs.select_related("compared_with")[:20]
        return Response(DryRunSerializer(dry_runs, many=True).data)

    @extend_schema(request=None, responses={201: DryRunAnswer, 202: DryRunAnswer})
    def post(self, request: Request, number: int) -> Response:
        found = begin_dry_run(criteria_set_id=self.get_set().pk, by=request.user)
        if isinstance(found, Job):
            return Response({"dry_run": None, "job": str(found.pk)}, status=202)
        return Response({"dry_run": DryRunSerializer(found).data, "job": None}, status=201)
