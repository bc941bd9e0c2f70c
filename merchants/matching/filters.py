"""The filter of invitations, for the page and the endpoint."""

import django_filters
from django.utils.translation import gettext_lazy as _

from merchants.matching.enums import InvitationStatus
from merchants.matching.models import Invitation
from merchants.requests.enums import Goal


class InvitationFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(label=_("Status"), choices=InvitationStatus.choices)
    goal = django_filters.ChoiceFilter(label=_("Goal"), field_name="request__goal", choices=Goal.choices)

    class Meta:
        model = Invitation
        fields = ["status", "goal"]
