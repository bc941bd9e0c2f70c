"""Every component on one page, for the browser tests: an address of its own beside the portal's."""

from types import SimpleNamespace

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from accounts.models import User
from common.states import ActionOffer
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as portal

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

AXES = ["Traffic marketing", "Anchor incubation", "Service fulfilment", "Supply chain", "Live operations"]
NAMES = ["Lantern Commerce", "Willow Works", "North Gate Live", "杭州快风电商服务有限公司"]
CHARTS = [
    {
        "kind": "radar",
        "label": "Five capabilities",
        "data": {
            "axes": AXES,
            "values": [71.2, 64.0, 82.5, None, 58.1],
            "lowers": [66.0, 52.5, 78.0, None, 40.0],
            "uppers": [76.5, 75.5, 87.0, None, 76.0],
            "peers": [60.0, 61.0, 66.0, 63.0, 57.0],
        },
        "head": ["Capability", "Score"],
        "rows": [["Traffic marketing", "71.2"], ["Supply chain", None]],
        "note": "Against 48 providers of the same type.",
    },
    {
        "kind": "waterfall",
        "label": "Why did I move",
        "data": {
            "start": {"name": "June", "value": 62.0},
            "steps": [{"name": "Refund rate", "value": 5.4}, {"name": "Reply time", "value": -2.1}],
            "end": {"name": "July", "value": 65.3},
        },
        "head": ["Step", "Points"],
        "rows": [["June", "62.0"], ["Refund rate", "+5.4"], ["Reply time", "-2.1"], ["July", "65.3"]],
    },
    {
        "kind": "line",
        "label": "Score over time",
        "data": {
            "x": ["May", "June", "July", "August"],
            "series": [
                {
                    "name": "Score",
                    "values": [60, 62, None, 65],
                    "lowers": [55, 58, None, 61],
                    "uppers": [66, 67, None, 70],
                },
                {"name": "Peers", "values": [58, 58, 59, 59]},
            ],
        },
        "head": ["Month", "Score"],
        "rows": [["May", "60"], ["June", "62"]],
    },
    {
        "kind": "bar",
        "label": "Facts by day",
        "data": {"x": ["Mon", "Tue", "Wed"], "series": [{"name": "Rows", "values": [1200, 1350, 900]}], "decimals": 0},
        "head": ["Day", "Rows"],
        "rows": [["Mon", "1,200"]],
    },
    {
        "kind": "bar",
        "label": "Contributions",
        "data": {
            "x": AXES,
            "horizontal": True,
            "stacked": True,
            "series": [
                {"name": "Earned", "values": [14, 12, 18, 0, 9]},
                {"name": "Missing", "values": [6, 8, 2, 0, 11]},
            ],
        },
        "head": ["Capability", "Earned"],
        "rows": [["Traffic marketing", "14"]],
    },
    {
        "kind": "intervals",
        "label": "Standings",
        "data": {
            "rows": [
                {
                    "name": name,
                    "value": 80 - 6 * rank,
                    "lower": 75 - 7 * rank,
                    "upper": 86 - 5 * rank,
                    "mark": rank == 1,
                }
                for rank, name in enumerate(NAMES)
            ],
            "cuts": [{"name": "Promotion", "value": 70}],
        },
        "head": ["Provider", "Score"],
        "rows": [[name, str(80 - 6 * rank)] for rank, name in enumerate(NAMES)],
    },
    {
        "kind": "scatter",
        "label": "Load and fit",
        "data": {
            "points": [{"name": name, "x": 10 + 9 * at, "y": 50 + 7 * at} for at, name in enumerate(NAMES)],
            "x_name": "Load",
            "y_name": "Fit",
        },
        "head": ["Provider", "Fit"],
        "rows": [["Lantern Commerce", "50"]],
    },
]


class ShowForm(forms.Form):
    company = forms.CharField(label="Company name", help_text="As on the business licence.")
    email = forms.EmailField(label="E-mail")
    kind = forms.ChoiceField(label="Type", choices=[("a", "Brand operations"), ("b", "Industry belt")])
    mode = forms.ChoiceField(label="Mode", widget=forms.RadioSelect, choices=[("a", "I pick"), ("b", "Ask in turn")])
    about = forms.CharField(label="Introduction", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agree = forms.BooleanField(label="The figures are true")


class ShowTable(tables.Table):
    name = tables.Column()
    score = tables.Column(attrs={"td": {"class": "num"}, "th": {"class": "num"}})


class ShowFilter(filters.FilterSet):
    q = filters.CharFilter(label="Name")


PAGE = """{% extends "base.html" %}{% load django_tables2 %}
{% block actions %}<a class="btn btn-primary" href="#top">Main action</a>{% endblock %}
{% block content %}
{% include "components/alert.html" with text="Saved." kind="success" %}
{% include "components/alert.html" with text="The window closes tomorrow." kind="warning" %}
<div class="stats">
{% include "components/stat.html" with label="Score" value="65.3" unit="/ 100" hint="61.0 – 70.0" %}
{% include "components/stat.html" with label="Place" value="12" hint="9 – 17 of 48" %}
{% include "components/stat.html" with label="Open invitations" value="3" %}
</div>
<div class="card"><div class="card-header"><h2 class="card-title">Actions</h2></div><div class="card-body">
{% include "components/actions.html" with action_url="/showcase/" version=3 %}</div></div>
<div class="card"><div class="card-body"><form method="post" action="/showcase/">{% csrf_token %}{{ form }}
<button class="btn btn-primary" name="save" value="1">Save and continue</button></form></div></div>
{% include "components/filter.html" %}
<div id="list" class="card">{% render_table table "components/table.html" %}</div>
{% include "components/empty.html" with text="No invitations wait." hint="You will see them here." %}
{% for chart in charts %}<div class="card"><div class="card-header"><h2 class="card-title">{{ chart.label }}</h2></div>
<div class="card-body">{% include "components/chart.html" %}</div></div>{% endfor %}
{% endblock %}"""

OFFERS = [
    ActionOffer("admit", "Admit", "admitted", False, True),
    ActionOffer("return", "Return", "returned", True, True),
    ActionOffer("reject", "Reject", "rejected", False, False, "Somebody else is looking at it."),
]

posts: list[dict[str, str]] = []


def showcase(request: HttpRequest) -> HttpResponse:
    form = ShowForm(request.POST or None)
    if request.method == "POST":
        posts.append(request.POST.dict())
        form.is_valid()
    rows = [{"name": name, "score": 80 - 6 * rank} for rank, name in enumerate(NAMES)]
    context = {
        "title": "Every component",
        "lead": "What the pages are made of.",
        "offers": OFFERS,
        "form": form,
        "filter": SimpleNamespace(form=ShowFilter(request.GET, queryset=User.objects.none()).form),
        "charts": CHARTS,
    }
    table = ShowTable(rows, order_by=request.GET.get("sort", ""))
    table.paginate(page=request.GET.get("page", 1), per_page=3)
    template = engines["django"].from_string(PAGE)
    return HttpResponse(template.render({**context, "table": table}, request), status=400 if form.errors else 200)


urlpatterns = [*portal, path("showcase/", showcase)]
