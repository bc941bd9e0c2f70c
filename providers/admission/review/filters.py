"""Filters of reviews and of the period of the agreement between reviewers."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from providers.admission.review.enums import ReviewStatus
from providers.admission.review.models import Review


class ReviewFilter(filters.FilterSet):
    status = filters.ChoiceFilter(label=_("Status"), choices=ReviewStatus.choices, empty_label=_("Any"))
    application = filters.NumberFilter(field_name="panel__application", label=_("Application"))

    class Meta:
        model = Review
        fields: list[str] = []
