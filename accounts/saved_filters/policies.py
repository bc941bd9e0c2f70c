"""Which queries may be kept. settings.SAVED_FILTER_LISTS names each list's FilterSet."""

from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import QueryDict
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput

SORT = "sort"
LEFT_OUT = {"page", "_export"}


def check_query(list_name: str, query: str) -> str:
    """The query in its canonical form: known fields with valid values, in order, and the sort.

    Raises InvalidInput for an unknown list or field, a value that the list's FilterSet refuses, and an empty query.
    """
    path = settings.SAVED_FILTER_LISTS.get(list_name)
    if path is None:
        raise InvalidInput(
            _("There is no such list."), field="list_name", remedy=_("Use the name that the list's page gives.")
        )
    # An empty value is kept: it may stand for “any” where a list shows only a part by itself.
    pairs = parse_qsl(query.lstrip("?"), keep_blank_values=True)
    pairs = [(key, value) for key, value in pairs if key not in LEFT_OUT]
    if not any(value for _key, value in pairs):
        raise InvalidInput(_("The list is not filtered."), field="query", remedy=_("Set a filter first, then save it."))
    filterset = import_string(path)(QueryDict(urlencode(pairs)))
    unknown = sorted({key for key, _value in pairs} - set(filterset.form.fields) - {SORT})
    if unknown:
        raise InvalidInput(
            _("This list has no filter “%(name)s”.") % {"name": unknown[0]}, field="query", remedy=_("Leave it out.")
        )
    if not filterset.form.is_valid():
        name, errors = next(iter(filterset.form.errors.items()))
        raise InvalidInput(f"{name}: {errors[0]}", field="query", remedy=_("Choose a value that the list offers."))
    return urlencode(sorted(pairs))
