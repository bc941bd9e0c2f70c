"""The portal's addresses and one more: the board's 50 rows by the bare framework, to compare with."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from scoring.seasons.models import Standing

PAGE = engines["django"].from_string(
    """{% extends "base.html" %}{% block content %}<table class="table"><tbody>
{% for row in rows %}<tr><td>{{ row.place }}</td>
<td>{{ row.provider.name }}</td><td>{{ row.provider.code }}</td><td>{{ row.score }}</td><td>{{ row.lower }}</td>
<td>{{ row.upper }}</td><td>{{ row.rank_lower }}</td><td>{{ row.rank_upper }}</td><td>{{ row.movement }}</td>
<td>{{ row.to_promotion }}</td><td>{{ row.above_relegation }}</td><td>{{ row.evidence }}</td></tr>{% endfor %}</tbody>
</table>{% endblock %}"""
)


def bare(request: HttpRequest) -> HttpResponse:
    """One query, one template."""
    rows = Standing.objects.filter(track=request.GET["track"], place__isnull=False).select_related("provider")
    return HttpResponse(PAGE.render({"rows": rows.order_by("-day", "place")[:50], "title": "Bare"}, request))


urlpatterns = [path("bare/", bare), path("", include("config.urls"))]
