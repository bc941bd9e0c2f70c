"""Reads about criteria, and judging by the set in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import has_permission
from common.exceptions import Conflict
from providers.criteria.enums import OUTCOME_OF, SetStatus
from providers.criteria.judge import Verdicts, judge
from providers.criteria.models import CriteriaSet, Criterion
from providers.criteria.signals import collect_signals
from providers.signals import Floats, Ids


def visible_to(user: User | AnonymousUser) -> QuerySet[CriteriaSet]:
    """The sets that `user` may see: staff all, everybody those that were ever in force."""
    sets = CriteriaSet.objects.select_related("created_by", "edited_by", "published_by", "retired_by")
    return sets if has_permission(user, "criteria.view") else sets.filter(published_at__isnull=False)


def with_counts(sets: QuerySet[CriteriaSet]) -> QuerySet[CriteriaSet]:
    """Adds `criteria_count`, for lists."""
    return sets.annotate(criteria_count=Count("criteria")).order_by("-number")


def published_set() -> CriteriaSet | None:
    """The set in force, None before the first one."""
    return CriteriaSet.objects.filter(status=SetStatus.PUBLISHED).first()


def draft_set() -> CriteriaSet | None:
    """The one draft, if any."""
    return CriteriaSet.objects.filter(status=SetStatus.DRAFT).first()


def criteria_of(criteria_set: CriteriaSet, *, moment: str | None = None) -> list[Criterion]:
    """The criteria in their order; with `moment` those that count then."""
    criteria = list(Criterion.objects.filter(criteria_set=criteria_set).order_by("position", "key"))
    return criteria if moment is None else [row for row in criteria if row.is_judged_at(moment)]


@dataclass(frozen=True)
class Judgement:
    """Providers judged by one set. `verdicts.matrix` has a row per `provider_ids` and a column per `criteria`;
    `signals` is what it rests on, an array per name."""

    criteria_set: CriteriaSet
    criteria: Sequence[Criterion]
    provider_ids: Ids
    signals: dict[str, Floats]
    verdicts: Verdicts

    def outcome_at(self, row: int) -> str:
        """The `Outcome` of one provider."""
        return str(OUTCOME_OF[int(self.verdicts.outcomes[row])])

    def values_at(self, row: int, criterion: Criterion) -> dict[str, float | None]:
        """The signals that the verdict on one criterion rests on; None is unknown."""
        names = dict.fromkeys((*([criterion.measure] if criterion.measure else []), *criterion.rule.signals))
        values = {name: float(self.signals[name][row]) for name in names}
        return {name: None if np.isnan(value) else value for name, value in values.items()}


def judge_providers(
    provider_ids: Ids, *, today: date, moment: str, criteria_set: CriteriaSet | None = None
) -> Judgement:
    """Judge any number of providers as of `today`, by the set in force or by `criteria_set`.

    Raises Conflict when no set is in force. Statements do not grow with the number of providers.
    """
    chosen = criteria_set or published_set()
    if chosen is None:
        raise Conflict(_("No criteria are in force."), remedy=_("Publish a criteria set first."), code="no_criteria")
    return judge_signals(chosen, provider_ids, collect_signals(provider_ids, today), moment=moment)


def judge_signals(
    criteria_set: CriteriaSet, provider_ids: Ids, signals: dict[str, Floats], *, moment: str
) -> Judgement:
    """Judge providers whose signals were collected already, so that two sets can be compared on the same ones."""
    criteria = criteria_of(criteria_set, moment=moment)
    verdicts = judge([row.rule for row in criteria], signals, size=len(provider_ids), moment=moment)
    return Judgement(criteria_set, criteria, provider_ids, signals, verdicts)
