"""Pages of a list."""

from rest_framework.pagination import PageNumberPagination


class PagePagination(PageNumberPagination):
    """`?page=2&page_size=50`, at most 200 rows."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
