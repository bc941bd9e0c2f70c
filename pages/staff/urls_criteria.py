"""Addresses of the criteria and of triage."""

from django.urls import path

from pages.staff import views_criteria as sets
from pages.staff import views_criteria_edit as edit
from pages.staff import views_triage

urlpatterns = [
    path("criteria/", sets.CriteriaSetList.as_view(), name="criteria_set_list"),
    path("criteria/draft/", edit.CriteriaDraft.as_view(), name="criteria_draft"),
    path("criteria/copy/", edit.CriteriaCopy.as_view(), name="criteria_copy"),
    path("criteria/<int:number>/", sets.CriteriaSetDetail.as_view(), name="criteria_set_detail"),
    path("criteria/<int:number>/compare/", sets.CriteriaSetCompare.as_view(), name="criteria_set_compare"),
    path("criteria/<int:number>/criteria.toml", sets.CriteriaSetDownload.as_view(), name="criteria_set_toml"),
    path("criteria/<int:number>/act/", sets.CriteriaSetAct.as_view(), name="criteria_set_act"),
    path("criteria/<int:number>/dry-run/", sets.CriteriaSetDryRun.as_view(), name="criteria_set_dry_run"),
    path("criteria/<int:number>/titles/", edit.CriteriaTitles.as_view(), name="criteria_titles"),
    path("criteria/<int:number>/import/", edit.CriteriaImport.as_view(), name="criteria_import"),
    path("criteria/<int:number>/new/", edit.CriterionNew.as_view(), name="criterion_new"),
    path("criteria/<int:number>/edit/<str:key>/", edit.CriterionEdit.as_view(), name="criterion_edit"),
    path("criteria/<int:number>/edit/<str:key>/remove/", edit.CriterionRemove.as_view(), name="criterion_remove"),
    path("applications/<int:pk>/triage/", views_triage.TriageAgain.as_view(), name="application_triage"),
]
