"""Addresses of reviews, panels, the rubric, agreement and saved filters."""

from django.urls import path

from api.v1 import panels, reviews, rubrics, saved_filters

urlpatterns = [
    path("applications/bulk", panels.ApplicationBulkView.as_view(), name="application-bulk"),
    path("applications/<int:pk>/panel", panels.ApplicationPanelView.as_view(), name="application-panel"),
    path("applications/<int:pk>/reviews", reviews.ApplicationReviewsView.as_view(), name="application-reviews"),
    path("reviews", reviews.ReviewListView.as_view(), name="review-list"),
    path("reviews/next", reviews.ReviewNextView.as_view(), name="review-next"),
    path("reviews/<int:pk>", reviews.ReviewView.as_view(), name="review"),
    path("reviews/<int:pk>/judgement", reviews.ReviewJudgementView.as_view(), name="review-judgement"),
    path("reviews/<int:pk>/draft", reviews.ReviewDraftView.as_view(), name="review-draft"),
    path("reviews/<int:pk>/actions", reviews.ReviewActionsView.as_view(), name="review-actions"),
    path("rubrics", rubrics.RubricListView.as_view(), name="rubric-list"),
    path("rubrics/<int:number>", rubrics.RubricView.as_view(), name="rubric"),
    path("agreement", rubrics.AgreementView.as_view(), name="agreement"),
    path("saved-filters", saved_filters.SavedFilterListView.as_view(), name="saved-filter-list"),
    path("saved-filters/<int:pk>", saved_filters.SavedFilterView.as_view(), name="saved-filter"),
]
