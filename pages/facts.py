"""What the pages of single facts share, whoever reads them."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.days import business_day
from common.exceptions import NotFound
from pages.base import TitledPage
from providers.registry.models import Provider
from scoring.capabilities.fact_forms import FactQuery
from scoring.capabilities.selectors import published_model
from scoring.facts.adjustment_models import Adjustment
from scoring.facts.permissions import can_view_totals
from scoring.facts.rows import MOST_EXPORTED, FactList, FactRow, list_facts

PER_PAGE = 50
FORMATS = ("csv", "json")


class FactsPage(TitledPage):
    """The rows of one provider behind its figures: filtered, paged, exported. Put an audience class before it and set
    `provider`."""

    template_name = "components/fact_list.html"
    title = _("Facts behind the figures")
    provider: Provider

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can_view_totals(request.user, self.provider):
            raise NotFound()
        wanted = request.GET.get("_export", "")
        form = self.read_query()
        if wanted in FORMATS and form.is_valid():
            return export(list_facts(form.slice_of(self.provider.code), form.columns), wanted, self.provider.code)
        return self.render_to_response(self.get_context_data(form=form, **kwargs))

    def read_query(self) -> FactQuery:
        """The filter with what the reader chose."""
        model = published_model()
        return FactQuery(self.request.GET, rule=model.rule if model else None, today=business_day(timezone.now()))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form: FactQuery = kwargs.pop("form")
        context: dict[str, Any] = {"form": form, "provider": self.provider, "formats": FORMATS}
        if form.is_valid():
            facts = list_facts(form.slice_of(self.provider.code), form.columns)
            page = Paginator(facts, PER_PAGE).get_page(self.request.GET.get("page"))  # type: ignore[arg-type]
            context |= {
                "facts": facts,
                "page": page,
                "rows": [describe_row(row, facts.columns) for row in page.object_list],
                "totals": list(zip(facts.columns, facts.totals, strict=True)),
                "since": form.cleaned_data["since"],
                "until": form.cleaned_data["until"],
                "single": facts.columns[0] if len(facts.columns) == 1 else "",
            }
        return super().get_context_data(**context, **kwargs)


def describe_row(row: FactRow, columns: tuple[str, ...]) -> dict[str, Any]:
    """One line of the table."""
    return {"fact": row, "cells": list(zip(columns, row.values, strict=True)), "correction": is_correction(row)}


def is_correction(row: FactRow) -> bool:
    """Whether a decision added the row."""
    return isinstance(row.source, Adjustment)


def export(facts: FactList, wanted: str, code: str) -> HttpResponse:
    """All rows of the filter as a file, at most MOST_EXPORTED; money in minor units."""
    rows = facts[0:MOST_EXPORTED]
    names = ["day", "merchant", "trader", *facts.columns, "source"]
    lines = [dict(zip(names, export_row(row), strict=True)) for row in rows]
    if wanted == "json":
        response = HttpResponse(json.dumps(lines, ensure_ascii=False), content_type="application/json")
    else:
        # A byte-order mark, without which spreadsheets garble Chinese.
        response = HttpResponse("\ufeff" + write_csv(names, lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="facts-{code}.{wanted}"'
    return response


def export_row(row: FactRow) -> Iterator[str | int]:
    """One row as plain values."""
    yield row.day.isoformat()
    for text in (row.merchant, row.trader):
        yield f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
    yield from row.values
    yield row.source.number if isinstance(row.source, Adjustment) else f"{row.source.source} {row.source.pk}"


def write_csv(names: list[str], lines: list[dict[str, Any]]) -> str:
    """The lines with a head line."""
    text = io.StringIO()
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()
