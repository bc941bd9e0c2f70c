"""Single facts of a provider."""

from typing import Any

from django.core.paginator import Paginator
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from common.days import business_day
from common.exceptions import InvalidInput, NotFound
from providers.registry import selectors as registry
from providers.registry.models import Provider
from scoring.capabilities.fact_forms import FactQuery
from scoring.capabilities.selectors import published_model
from scoring.facts.adjustment_models import Adjustment
from scoring.facts.permissions import can_view_totals
from scoring.facts.rows import FactRow, list_facts

PER_PAGE = 100


class FactRowSerializer(serializers.Serializer[FactRow]):
    """One row; `figures` maps a column to its value, money in minor units. `adjustment` names the correction that
    added the row, `batch` the batch that brought it."""

    day = serializers.DateField()
    merchant = serializers.CharField()
    trader = serializers.CharField()
    figures = serializers.DictField(child=serializers.IntegerField())
    batch = serializers.IntegerField(allow_null=True)
    adjustment = serializers.IntegerField(allow_null=True)


class FactPageSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    pages = serializers.IntegerField()
    totals = serializers.DictField(child=serializers.IntegerField(), help_text="Sums over all rows of the filter.")
    results = FactRowSerializer(many=True)


class ProviderFactsView(GenericAPIView[Provider]):
    """The facts of one provider, the youngest first, 100 a page; without days those of the last 30."""

    serializer_class = FactPageSerializer
    queryset = Provider.objects.none()
    filter_backends = []

    @extend_schema(
        responses=FactPageSerializer,
        parameters=[
            OpenApiParameter("since", OpenApiTypes.DATE),
            OpenApiParameter("until", OpenApiTypes.DATE),
            OpenApiParameter("merchant", OpenApiTypes.STR),
            OpenApiParameter("trader", OpenApiTypes.STR),
            OpenApiParameter("metric", OpenApiTypes.STR, description="The columns that this metric reads."),
            OpenApiParameter("column", OpenApiTypes.STR, description="One column alone."),
            OpenApiParameter("page", OpenApiTypes.INT),
        ],
    )
    def get(self, request: Request, code: str) -> Response:
        provider = registry.visible_to(request.user).filter(code=code).first()
        if provider is None or not can_view_totals(request.user, provider):
            raise NotFound()
        model = published_model()
        rule = model.rule if model else None
        form = FactQuery(request.query_params, rule=rule, today=business_day(timezone.now()))
        if not form.is_valid():
            field, faults = next(iter(form.errors.items()))
            raise InvalidInput(str(faults[0]), field=field)
        facts = list_facts(form.slice_of(provider.code), form.columns)
        paginator = Paginator(facts, PER_PAGE)  # type: ignore[arg-type]
        rows = paginator.get_page(request.query_params.get("page")).object_list
        return Response(
            {
                "count": facts.count,
                "pages": paginator.num_pages,
                "totals": dict(zip(facts.columns, facts.totals, strict=True)),
                "results": [row_of(row, facts.columns) for row in rows],
            }
        )


def row_of(row: FactRow, columns: tuple[str, ...]) -> dict[str, Any]:
    """One row as the API writes it."""
    corrected = isinstance(row.source, Adjustment)
    return {
        "day": row.day,
        "merchant": row.merchant,
        "trader": row.trader,
        "figures": dict(zip(columns, row.values, strict=True)),
        "batch": None if corrected else row.source.pk,
        "adjustment": row.source.pk if corrected else None,
    }
