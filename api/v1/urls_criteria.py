"""Addresses of criteria and triage."""

from django.urls import path

from api.v1 import criteria, triage

urlpatterns = [
    path("criteria", criteria.CriteriaInForceView.as_view(), name="criteria-in-force"),
    path("criteria-signals", criteria.SignalListView.as_view(), name="criteria-signals"),
    path("criteria-sets", criteria.CriteriaSetListView.as_view(), name="criteria-set-list"),
    path("criteria-sets/<int:number>", criteria.CriteriaSetView.as_view(), name="criteria-set"),
    path(
        "criteria-sets/<int:number>/definition", criteria.CriteriaDefinitionView.as_view(), name="criteria-definition"
    ),
    path("criteria-sets/<int:number>/criteria/<str:key>", criteria.CriterionView.as_view(), name="criterion"),
    path(
        "criteria-sets/<int:number>/comparison", criteria.CriteriaComparisonView.as_view(), name="criteria-comparison"
    ),
    path("criteria-sets/<int:number>/dry-runs", triage.DryRunListView.as_view(), name="criteria-dry-runs"),
    path("criteria-sets/<int:number>/actions", criteria.CriteriaSetActionsView.as_view(), name="criteria-set-actions"),
    path("applications/<int:pk>/triage", triage.ApplicationTriageView.as_view(), name="application-triage"),
    path(
        "applications/<int:pk>/mitigating-facts",
        triage.MitigatingFactsView.as_view(),
        name="application-mitigating-facts",
    ),
]
