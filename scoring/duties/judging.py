"""Which work counts for which duty of a season, and how often each duty was done. Reads, never writes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scoring.disputes.models import Dispute
from scoring.duties.enums import Duty, Help, Shop, Verdict, WorkState
from scoring.duties.models import DutyWork
from scoring.duties.selectors import open_disputes, works_of

BRANDS = {
    Duty.COLD_START: (Shop.KUAI_BRAND, Shop.BRAND),
    Duty.KUAI_BRAND_COLD_START: (Shop.KUAI_BRAND,),
    Duty.BRAND_COLD_START: (Shop.BRAND,),
}


@dataclass(frozen=True)
class Evidence:
    """One piece of work, and whether it counts."""

    work: DutyWork
    verdict: Verdict

    @property
    def counts(self) -> bool:
        return self.verdict == Verdict.COUNTS


@dataclass(frozen=True)
class Progress:
    """One duty of one provider: how often it is done, how often it must be, and by what."""

    duty: Duty
    target: int
    evidence: tuple[Evidence, ...]

    @property
    def done(self) -> int:
        return sum(one.counts for one in self.evidence)

    @property
    def met(self) -> bool:
        return self.done >= self.target

    @property
    def share(self) -> float:
        """Of the target, at most 1."""
        return min(1.0, self.done / self.target)


def judge_providers(
    provider_ids: Collection[int], targets: Mapping[str, int], first: date, last: date
) -> dict[int, list[Progress]]:
    """The progress of each provider on each duty of `targets` within the days of a season."""
    if not targets:
        return {pk: [] for pk in provider_ids}
    works: defaultdict[int, list[DutyWork]] = defaultdict(list)
    disputes: defaultdict[int, list[Dispute]] = defaultdict(list)
    for work in works_of(provider_ids, first, last):
        works[work.provider_id].append(work)
    for dispute in open_disputes(works.keys()):
        disputes[dispute.provider_id].append(dispute)
    return {
        pk: [
            Progress(Duty(name), target, judge_duty(Duty(name), works[pk], disputes[pk], last))
            for name, target in sorted(targets.items())
        ]
        for pk in provider_ids
    }


def judge_duty(duty: Duty, works: Iterable[DutyWork], disputes: Sequence[Dispute], last: date) -> tuple[Evidence, ...]:
    """Every work that this duty could be about, in the order in which it ended; each merchant counts once."""
    wanted = Help.TRANSITION if duty == Duty.TRANSITION else Help.COLD_START
    counted: set[str] = set()
    found = []
    for work in works:
        if work.help != wanted:
            continue
        verdict = judge_work(duty, work, disputes, last)
        if verdict == Verdict.COUNTS and work.merchant in counted:
            verdict = Verdict.COUNTED_BEFORE
        if verdict == Verdict.COUNTS:
            counted.add(work.merchant)
        found.append(Evidence(work, verdict))
    return tuple(found)


def judge_work(duty: Duty, work: DutyWork, disputes: Sequence[Dispute], last: date) -> Verdict:
    """Whether one piece of work counts; the first reason against it is told."""
    if work.ended_on is None:
        return Verdict.RUNNING
    checks = (
        (Verdict.WRONG_SHOP, not fits(duty, work)),
        (Verdict.BROKEN_OFF, work.state == WorkState.BROKEN_OFF),
        (Verdict.ENDED_AFTER, work.ended_on > last),
        (Verdict.NOT_MEASURED, work.measured is None),
        (Verdict.DISPUTED, any(concerns(dispute, work) for dispute in disputes)),
        (Verdict.TARGET_MISSED, work.measured is not None and work.measured < work.target),
    )
    return next((verdict for verdict, applies in checks if applies), Verdict.COUNTS)


def fits(duty: Duty, work: DutyWork) -> bool:
    """Whether the merchant is one that the duty asks for: any for a transition, which only an existing shop goes
    through; a brand at its cold start for the others."""
    return duty == Duty.TRANSITION or (work.new_shop and work.shop in BRANDS[duty])


def concerns(dispute: Dispute, work: DutyWork) -> bool:
    """Whether a dispute is about facts of this work."""
    if dispute.merchant not in ("", work.merchant):
        return False
    ended = work.ended_on or date.max
    return dispute.day_from <= ended and dispute.day_to >= work.started_on
