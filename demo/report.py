"""The report of the main job: what was built, and how well the scores find the hidden skill."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Count, F, Sum
from scipy.stats import spearmanr

from accounts.models import Notice
from demo.build import Built
from merchants.engagements.models import Engagement
from merchants.matching.models import Invitation
from merchants.requests.models import HelpRequest
from providers.admission.models import Application
from providers.admission.triage_selectors import with_triage
from providers.conduct.enums import ProbationStatus, ProbationVerdict
from providers.conduct.models import Probation
from providers.registry.models import Provider
from providers.relations.link_models import Link
from providers.traders.models import Trader
from scoring.capabilities.enums import ExclusionReason
from scoring.capabilities.exclusion_models import Exclusion
from scoring.capabilities.models import Scorecard
from scoring.capabilities.recompute_models import Recomputation
from scoring.capabilities.replay import replay_run
from scoring.capabilities.selectors import current_run
from scoring.disputes.enums import DisputeStatus
from scoring.disputes.models import Dispute
from scoring.facts.selectors import live_batches
from scoring.seasons.models import Standing

AMPLE_ORDERS = 300
LEAST_CORRELATION = 0.8
TOLERANCE = 1e-9


class Failed(Exception):
    """The main job did not do what it must."""


@dataclass(frozen=True)
class Skill:
    """Rank correlation of score with true skill: over all assessed providers, and over those with ample evidence."""

    assessed: int
    all_assessed: float
    ample: int
    with_ample: float


def measure_skill(built: Built) -> Skill:
    """Spearman's rank correlation between the composite and the world's hidden skill in the newest run.

    Ample evidence is AMPLE_ORDERS orders and more in the last 90 days.
    """
    run = current_run()
    if run is None:
        raise Failed("no finished score run")
    index = {provider.pk: place for place, provider in enumerate(built.cast.providers)}
    cards = [card for card in run.scorecards.all() if card.provider_id in index and card.composite is not None]
    truth = built.world.true_skill()[[index[card.provider_id] for card in cards]]
    score = np.array([card.composite for card in cards])
    ample = built.orders[[index[card.provider_id] for card in cards]] >= AMPLE_ORDERS
    return Skill(
        assessed=len(cards),
        all_assessed=float(spearmanr(score, truth).statistic),
        ample=int(ample.sum()),
        with_ample=float(spearmanr(score[ample], truth[ample]).statistic),
    )


def check_ledgers() -> int:
    """Contributions sum to the score on every card of the newest run; gives the number of cards."""
    run = current_run()
    cards = Scorecard.objects.filter(run=run, exact__isnull=False)
    for card in cards:
        for parts in (card.points, card.capability_points):
            total = sum(value for value in parts if value is not None)
            if abs(total - (card.exact or 0.0)) > TOLERANCE:
                raise Failed(f"the points of card {card.pk} sum to {total}, the score is {card.exact}")
    return len(cards)


def count_states(rows: Any) -> str:
    """`admitted 200, draft 2, ...` of a queryset with a status."""
    counts: dict[str, int] = {}
    for status in rows.values_list("status", flat=True):
        counts[status] = counts.get(status, 0) + 1
    return ", ".join(f"{status} {count}" for status, count in sorted(counts.items()))


def count_outcomes() -> str:
    """The newest triage of each application by outcome."""
    counts = Counter(with_triage(Application.objects.all()).values_list("triage_outcome", flat=True))
    return ", ".join(f"{outcome or 'none'} {count}" for outcome, count in sorted(counts.items(), key=str))


def count_interceptions() -> str:
    """The renamed company is caught and its namesake is not; raises Failed otherwise."""
    caught = {link.provider.name for link in Link.objects.select_related("provider") if link.is_strong}
    if not any("金蹄信息技术" in name for name in caught):
        raise Failed("the renamed company was not intercepted")
    if any("金蹄文化传媒" in name for name in caught):
        raise Failed("an innocent namesake was intercepted")
    return f"{len(caught)}, the renamed company among them and its namesake not"


def count_verdicts() -> str:
    """Contracts by status; each that was passed or failed was measured in full, on its last day. Raises Failed."""
    ended = Probation.objects.filter(status__in=(ProbationStatus.PASSED, ProbationStatus.FAILED))
    if not ended.exists():
        raise Failed("no probation has come to its end")
    early = ended.filter(judged_on__lt=F("ends_on")).count()
    if early:
        raise Failed(f"{early} probations were decided before their last day")
    unknown = ended.filter(verdict=ProbationVerdict.UNCLEAR).count()
    if unknown:
        raise Failed(f"{unknown} probations were decided without a figure for each target")
    return count_states(Probation.objects)


def check_integrity() -> Iterator[str]:
    """An upheld dispute, a fake-order adjustment and a related shop, each in the newest run and told; raises Failed."""
    run = current_run()
    if run is None:
        raise Failed("no finished score run")
    dispute = Dispute.objects.filter(status=DisputeStatus.UPHELD).select_related("adjustment").first()
    if dispute is None or dispute.adjustment_id not in run.adjustment_ids:
        raise Failed("no upheld dispute in the newest run")
    told = Notice.objects.filter(kind="score.recomputed").count()
    if Recomputation.objects.filter(finished_at=None).exists() or not told:
        raise Failed("a correction was not computed again, or nobody was told")
    yield f"dispute            {dispute.number} upheld: {dispute.held} became {dispute.granted}, {told} scores told"
    amounts = {
        one["reason"]: one
        for one in Exclusion.objects.filter(run=run)
        .values("reason")
        .annotate(found=Count("pk"), less=Sum("orders"))
        .order_by("reason")
    }
    for reason in (ExclusionReason.FAKE_ORDERS, ExclusionReason.RELATED):
        if reason not in amounts:
            raise Failed(f"nothing was left out as {reason}")
    parts = [f"{reason} {one['found']} ({one['less']} orders)" for reason, one in amounts.items()]
    yield f"left out           {', '.join(parts)}"
    if not replay_run(run).equal:
        raise Failed("the newest run does not replay to its digests")
    yield "replay             the newest run gives the same digests again"


def describe(built: Built) -> Iterator[str]:
    """The report, line by line; raises Failed when a figure is not what it must be."""
    skill = measure_skill(built)
    yield f"providers          {count_states(Provider.objects.filter(pk__in=[one.pk for one in built.cast.providers]))}"
    yield f"applications       {count_states(Application.objects)}"
    yield f"traders            {Trader.objects.count()}"
    yield f"merchants          {len(built.merchants)}"
    yield f"triage             {count_outcomes()}"
    yield f"interceptions      {count_interceptions()}"
    yield f"probations         {count_verdicts()}"
    yield f"watch list         {built.watched} open entries"
    yield f"facts              {built.fact_rows} rows in {live_batches().count()} batches"
    yield f"season             {built.season.code}, {len(built.nights)} nights, {Standing.objects.count()} standings"
    yield f"ledgers            contributions sum to the score on {check_ledgers()} scorecards"
    yield from check_integrity()
    yield f"requests           {count_states(HelpRequest.objects)}"
    yield f"invitations        {count_states(Invitation.objects)}"
    yield f"engagements        {count_states(Engagement.objects)}"
    yield f"score against true skill, rank correlation: {skill.with_ample:.3f} among {skill.ample} with ample evidence"
    yield f"                   {skill.all_assessed:.3f} among all {skill.assessed} assessed"
    if skill.with_ample < LEAST_CORRELATION:
        raise Failed(f"scores must find true skill: {skill.with_ample:.3f} is below {LEAST_CORRELATION}")
