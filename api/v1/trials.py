"""What the endpoints of trials share: fields, offers, and finding one among those that the viewer may see."""

from typing import Any, ClassVar, TypeVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView

from api.base import IdempotentMixin, describe_offers
from api.v1.acting import OfferSerializer
from api.v1.jobs import JobSerializer
from common.exceptions import NotFound
from scoring.trials.models import Trial
from scoring.trials.permissions import offer_actions

Kind = TypeVar("Kind", bound=Trial)
FIELDS = ("options", "status", "failure", "created_at", "started_at", "finished_at", "version")


class WithSteps(serializers.Serializer[Any]):
    """The job that carries a trial out, and what may be done with it."""

    job = JobSerializer(read_only=True, allow_null=True)
    allowed_actions = serializers.SerializerMethodField()

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, trial: Trial) -> list[dict[str, Any]]:
        return describe_offers(offer_actions(trial, self.context["request"].user))


class OneTrial(IdempotentMixin, GenericAPIView[Kind]):
    """An endpoint of one trial; `visible` is the selector of its kind."""

    visible: ClassVar[Any]

    def get_trial(self) -> Kind:
        trials: QuerySet[Kind] = self.visible(self.request.user)
        trial = trials.filter(pk=self.kwargs["pk"]).first()
        if trial is None:
            raise NotFound()
        return trial
