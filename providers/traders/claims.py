"""What a provider can claim through its people: pure judging, and the read that feeds it."""

from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date

from providers.enums import Capability
from providers.traders.enums import CERTIFIED_LEVELS, ClaimStatus
from providers.traders.models import Certificate
from providers.traders.selectors import holding_certificates

Cover = tuple[str, Iterable[str]]  # a trader's level and the capabilities that he or she covers
FALL = {ClaimStatus.UNSUPPORTED: 0, ClaimStatus.THIN: 1, ClaimStatus.SUPPORTED: 2}


@dataclass(frozen=True)
class Claim:
    """One capability of one provider: how many certified traders hold it at which level, and what follows."""

    capability: Capability
    certified: int
    senior: int
    gold: int
    status: ClaimStatus

    @property
    def traders(self) -> int:
        return self.certified + self.senior + self.gold

    @property
    def label(self) -> str:
        return str(self.capability.label)

    def get_status_display(self) -> str:
        return str(self.status.label)


def judge_claims(covers: Iterable[Cover], *, cases: Set[str] | None = None) -> list[Claim]:
    """The five claims in the order of the capabilities.

    A claim needs people: none is unsupported, one is thin. With `cases`, the capabilities with accepted cases, it needs
    a case too; None leaves cases out.
    """
    counts = Counter((capability, level) for level, covered in covers for capability in set(covered))
    return [_judge(capability, counts, cases) for capability in Capability]


def claims_of(provider_id: int, *, today: date, cases: Set[str] | None = None) -> list[Claim]:
    """`judge_claims` of the verified traders who work at the provider on `today` under a certificate that holds."""
    rows = holding_certificates(today).filter(trader__provider=provider_id)
    found = rows.values_list("level", "capabilities", "trader__capabilities")
    return judge_claims(((level, set(covered) & set(own)) for level, covered, own in found), cases=cases)


def holders_of(provider_id: int, *, today: date) -> dict[str, list[Certificate]]:
    """By capability, the certificates of those who hold it for the provider, each with its trader; by code."""
    holders: dict[str, list[Certificate]] = {capability: [] for capability in Capability.values}
    rows = holding_certificates(today).filter(trader__provider=provider_id)
    for certificate in rows.select_related("trader").order_by("trader__code"):
        for capability in set(certificate.capabilities) & set(certificate.trader.capabilities):
            holders[capability].append(certificate)
    return holders


def has_fallen(before: str, after: str) -> bool:
    """Whether a claim is worse off than it was."""
    return FALL[ClaimStatus(after)] < FALL[ClaimStatus(before)]


def _judge(capability: Capability, counts: Counter[tuple[str, str]], cases: Set[str] | None) -> Claim:
    certified, senior, gold = (counts[capability, level] for level, _label in CERTIFIED_LEVELS)
    people = certified + senior + gold
    if people == 0 or (cases is not None and capability not in cases):
        status = ClaimStatus.UNSUPPORTED
    else:
        status = ClaimStatus.THIN if people == 1 else ClaimStatus.SUPPORTED
    return Claim(capability, certified, senior, gold, status)
