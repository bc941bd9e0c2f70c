"""What a rejection says, what is answered to it, and what a new application changed."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.v1.acting import ActionInput
from providers.admission.decision_models import ApplicationAnswer, RejectionReason
from providers.admission.reasons import MAX_REASONS, MAX_SENTENCE, Reason
from providers.enums import Capability


class RejectionReasonSerializer(serializers.ModelSerializer[RejectionReason]):
    """One reason of a rejection; `about` names the criterion or capability in words."""

    about = serializers.CharField()

    class Meta:
        model = RejectionReason
        fields = ["decision_round", "criterion", "capability", "about", "sentence"]
        read_only_fields = fields


class AnswerSerializer(serializers.ModelSerializer[ApplicationAnswer]):
    """What the applicant answered to the rejection of one round."""

    class Meta:
        model = ApplicationAnswer
        fields = ["decision_round", "text", "answered_at"]
        read_only_fields = fields


class ReasonInput(serializers.Serializer[Any]):
    """A reason: about one criterion (by its key), about one capability, or about neither."""

    criterion = serializers.CharField(max_length=60, required=False, allow_blank=True)
    capability = serializers.ChoiceField(choices=Capability.choices, required=False, allow_blank=True)
    sentence = serializers.CharField(max_length=MAX_SENTENCE)


class ApplicationActionInput(ActionInput):
    """A step of an application. `reject` needs `reasons`, one at least; the note of `answer` is the answer."""

    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=4000)
    reasons = ReasonInput(many=True, required=False, max_length=MAX_REASONS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = attrs.pop("reasons", [])
        if attrs["action"] == "reject":
            return {**attrs, "reasons": [Reason(**reason) for reason in given]}
        if given:
            raise serializers.ValidationError({"reasons": [_("Only a rejection takes reasons. Leave them out.")]})
        return attrs


class LineSerializer(serializers.Serializer[Any]):
    """A line of a text: `sign` is + for added, - for removed, a space for kept."""

    sign = serializers.CharField(trim_whitespace=False)
    text = serializers.CharField()


class ChangeSerializer(serializers.Serializer[Any]):
    """One field that differs: `part` is texts, evidence or traders, `key` the field or capability."""

    part = serializers.CharField()
    key = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField(help_text="added, removed or changed")
    lines = LineSerializer(many=True)


class ComparisonSerializer(serializers.Serializer[Any]):
    """What changed, field by field."""

    against = serializers.CharField(allow_null=True)
    changes = ChangeSerializer(many=True)
