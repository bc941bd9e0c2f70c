"""Addresses of the review pages."""

from django.urls import path

from pages.staff import views_agreement, views_bulk, views_review

urlpatterns = [
    path("applications/bulk/", views_bulk.ApplicationBulk.as_view(), name="application_bulk"),
    path("applications/<int:pk>/reviews/take/", views_review.ReviewTake.as_view(), name="review_take"),
    path("applications/<int:pk>/reviews/assign/", views_review.ReviewAssign.as_view(), name="review_assign"),
    path("reviews/", views_review.ReviewList.as_view(), name="review_list"),
    path("reviews/next/", views_review.ReviewNext.as_view(), name="review_next"),
    path("reviews/<int:pk>/", views_review.ReviewDetail.as_view(), name="review_detail"),
    path("reviews/<int:pk>/act/", views_review.ReviewAct.as_view(), name="review_act"),
    path("agreement/", views_agreement.AgreementPage.as_view(), name="agreement"),
    path("rubric/", views_agreement.RubricPage.as_view(), name="rubric"),
    path("rubric/new/", views_agreement.RubricCreate.as_view(), name="rubric_create"),
    path("rubric/<int:number>/", views_agreement.RubricPage.as_view(), name="rubric_version"),
]
