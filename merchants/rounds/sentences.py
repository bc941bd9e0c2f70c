"""Why a better-liked provider was not the one, in the reader's language. The codes are those of `engine.flow`."""

from collections.abc import Mapping
from typing import Any

from babel.numbers import format_decimal
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.money import babel_locale

SENTENCES: dict[str, str | Promise] = {
    "flow.full": _(
        "%(provider)s would fit better (%(utility)s), but every place it had went to a request that it fits at least "
        "as well (%(least_utility)s or more)."
    ),
    "flow.taken": _(
        "%(provider)s would fit better (%(utility)s), but its live rooms were taken before, or went to requests that "
        "need more of them."
    ),
    "flow.margin": _(
        "%(provider)s would fit better (%(utility)s). It fits another request less (%(least_utility)s), but moving "
        "that one would cost all requests together more."
    ),
    "flow.load_tier": _(
        "%(provider)s would fit better (%(utility)s), but its next place costs %(penalty)s for the balance of the "
        "load, more than would be gained."
    ),
    "flow.reserve": _(
        "%(provider)s would fit better (%(utility)s), but the place kept for a newcomer counts more than would be "
        "gained."
    ),
    "flow.equal_total": _(
        "%(provider)s would fit better (%(utility)s), but after the costs of balance all requests together would have "
        "the same."
    ),
}
FITS = ("utility", "own_utility", "least_utility", "penalty")


def tell_why_not(reason: Mapping[str, Any], names: Mapping[int, str]) -> str:
    """The sentence of a stored reason; `names` are the providers' by key. An unknown code is shown as written."""
    code, params = str(reason["code"]), dict(reason["params"])
    if code == "flow.full" and params["least_utility"] is None:
        code = "flow.taken"
    if code == "flow.load_tier" and params["penalty"] <= 0:
        code = "flow.reserve"
    sentence = SENTENCES.get(code)
    if sentence is None:
        return code
    shown = {name: _show_fit(params.get(name)) for name in FITS}
    return str(sentence) % {**shown, "provider": names.get(params["provider"], "—")}


def _show_fit(value: float | None) -> str:
    """Of 100, as pages show fit."""
    return "—" if value is None else str(format_decimal(round(value * 100, 1), format="#,##0.0", locale=babel_locale()))
