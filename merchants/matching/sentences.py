"""Reasons in the reader's language: a stored code with its params becomes one plain sentence.

The codes are those of `engine.shortlist` and `engine.screen`; `merchants.matching.judge.describe_reason` stores them.
"""

from collections.abc import Mapping
from typing import Any

from babel.numbers import format_decimal, format_percent
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.money import Money, babel_locale
from providers.enums import Capability

SENTENCES: dict[str, str | Promise] = {
    "capability.strong": gettext_lazy("%(capability)s: at least %(points)s of 100 points, it weighs %(need)s."),
    "capability.weak": gettext_lazy("%(capability)s: only %(points)s of 100 points are sure, it weighs %(need)s."),
    "capability.weakest": gettext_lazy(
        "%(capability)s costs most, although at least %(points)s of 100 points are sure."
    ),
    "capability.not_assessed": gettext_lazy("%(capability)s is not assessed: too little evidence so far."),
    "stage_experience.strong": gettext_lazy("Completed %(engagements)s engagements with shops at this stage."),
    "stage_experience.weak": gettext_lazy("Completed engagements with shops at this stage: %(engagements)s."),
    "stage_experience.weakest": gettext_lazy(
        "Could know this stage even better: %(engagements)s engagements completed."
    ),
    "stage_experience.not_assessed": gettext_lazy("Experience with shops at this stage is not known."),
    "category_record.strong": gettext_lazy("Completed %(kept)s of %(engagements)s engagements in this category."),
    "category_record.weak": gettext_lazy("Completed only %(kept)s of %(engagements)s engagements in this category."),
    "category_record.weakest": gettext_lazy(
        "The record in this category is good, not perfect: %(kept)s of %(engagements)s engagements completed."
    ),
    "category_record.not_assessed": gettext_lazy("No engagement in this category has ended yet."),
    "trader_load.strong": gettext_lazy("Traders have room: %(spare)s of %(capacity)s live rooms are free."),
    "trader_load.weak": gettext_lazy("Traders are busy: %(spare)s of %(capacity)s live rooms are free."),
    "trader_load.weakest": gettext_lazy("Some traders are busy: %(spare)s of %(capacity)s live rooms are free."),
    "trader_load.not_assessed": gettext_lazy("The load of the traders is not known."),
    "response_record.strong": gettext_lazy("Answered %(answered)s of %(invitations)s invitations in time."),
    "response_record.weak": gettext_lazy("Answered only %(answered)s of %(invitations)s invitations in time."),
    "response_record.weakest": gettext_lazy("Answered %(answered)s of %(invitations)s invitations in time, not all."),
    "response_record.not_assessed": gettext_lazy("Was never invited before, so how fast it answers is not known."),
    "price.strong": gettext_lazy("Has worked for %(price_minor)s, well below the budget of %(budget_minor)s."),
    "price.weak": gettext_lazy("Asks for most of the budget: %(price_minor)s of %(budget_minor)s."),
    "price.weakest": gettext_lazy("Has worked for %(price_minor)s; the budget is %(budget_minor)s."),
    "price.not_assessed": gettext_lazy("What such work costs there is not known yet."),
    "filter.status": gettext_lazy("The provider is neither admitted nor on probation."),
    "filter.conduct": gettext_lazy("A ruling keeps the provider from new work."),
    "filter.documents": gettext_lazy("A document that it needs for new work has expired."),
    "filter.category": gettext_lazy("Its main category is another one."),
    "filter.region": gettext_lazy("It works in another region than the one preferred."),
    "filter.budget": gettext_lazy("It never worked for less than %(price_minor)s; the budget is %(budget_minor)s."),
    "filter.capacity": gettext_lazy("%(rooms)s live rooms are asked for, its traders have %(spare)s free."),
    "filter.conflict_of_interest": gettext_lazy("Somebody belongs to both the provider and the shop."),
    "filter.declined_before": gettext_lazy("It was invited for this request before."),
    "filter.on_leave": gettext_lazy("It has declared leave."),
    "shortlist.fit": gettext_lazy(
        "Its fit is %(fit)s, place %(position)s among those who could; the last seat went to a fit of %(last_fit)s."
    ),
    "shortlist.newcomer_seat": gettext_lazy(
        "Its fit of %(fit)s would have been enough; the last seat is kept for newcomers."
    ),
}

FILTERS: dict[str, str | Promise] = {
    "status": gettext_lazy("Not taking part"),
    "conduct": gettext_lazy("Kept out by a ruling"),
    "documents": gettext_lazy("Expired document"),
    "category": gettext_lazy("Other category"),
    "region": gettext_lazy("Other region"),
    "budget": gettext_lazy("Above the budget"),
    "capacity": gettext_lazy("No places free"),
    "conflict_of_interest": gettext_lazy("Conflict of interest"),
    "declined_before": gettext_lazy("Invited before"),
    "on_leave": gettext_lazy("On leave"),
}

PARTS: dict[str, str | Promise] = {
    "capability": gettext_lazy("Capabilities"),
    "stage_experience": gettext_lazy("Stage"),
    "category_record": gettext_lazy("Category record"),
    "trader_load": gettext_lazy("Free live rooms"),
    "response_record": gettext_lazy("Answers"),
    "price": gettext_lazy("Price"),
}

SHARES = ("need", "weight")
POINTS = ("points",)
FITS = ("fit", "last_fit", "missing")
MONEY = ("price_minor", "budget_minor")


def tell_reason(reason: Mapping[str, Any], *, currency: str = settings.CURRENCY) -> str:
    """The sentence of a stored reason; an unknown code is shown as it is written."""
    sentence = SENTENCES.get(reason["code"])
    if sentence is None:
        return str(reason["code"])
    params = dict(reason["params"])
    if reason["code"].startswith("category_record.") and params.get("kept") is not None:
        params["kept"] = round(params["kept"] * params["engagements"])
    return str(sentence) % {name: _show(name, value, currency) for name, value in params.items()}


def name_part(name: str) -> str:
    """A contribution's name for people: the capability, or the part of the fit."""
    part, _colon, capability = name.partition(":")
    return str(Capability(capability).label) if capability else str(PARTS.get(part, part))


def _show(name: str, value: Any, currency: str) -> str:
    if value is None:
        return _("not known")
    if name == "capability":
        return str(Capability(value).label)
    if name in SHARES:
        return str(format_percent(value, locale=babel_locale()))
    if name in FITS:
        return str(format_decimal(round(value * 100, 1), format="#,##0.0", locale=babel_locale()))
    if name in MONEY:
        return str(Money(round(value), currency))
    return str(format_decimal(round(value, 1) if name in POINTS else round(value), locale=babel_locale()))
