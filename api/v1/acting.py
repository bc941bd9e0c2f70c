"""What the endpoints of state machines share: the body of an action, and the offers of a representation."""

from rest_framework import serializers


class OfferSerializer(serializers.Serializer[dict[str, object]]):
    """One entry of `allowed_actions`, as `api.base.describe_offers` writes it."""

    action = serializers.CharField()
    label = serializers.CharField()
    to = serializers.CharField()
    needs_note = serializers.BooleanField()
    allowed = serializers.BooleanField()
    reason = serializers.CharField()


class ActionInput(serializers.Serializer[dict[str, object]]):
    """A step of a state machine. `version` is the one that the sender saw."""

    action = serializers.CharField()
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)
    version = serializers.IntegerField(min_value=1)


class VersionedChange(serializers.Serializer[dict[str, object]]):
    """A PATCH: any of the fields, and always the version that the sender saw. Use with `partial=True`."""

    version = serializers.IntegerField(min_value=1)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if "version" not in attrs:
            raise serializers.ValidationError({"version": [self.fields["version"].error_messages["required"]]})
        return attrs
