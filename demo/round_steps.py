"""Match rounds of the demo world: one of yesterday that was carried out, and a preview that waits for its decision."""

from datetime import datetime, timedelta

from numpy.random import Generator

from accounts.roles import Role
from demo.cast import Cast
from demo.request_steps import accept, ask, owner_of, submit_then
from merchants.matching.answer_services import withdraw_invitation
from merchants.matching.enums import InvitationStatus
from merchants.registry.models import Merchant
from merchants.requests.enums import Mode
from merchants.requests.models import HelpRequest
from merchants.rounds.enums import Balance
from merchants.rounds.models import MatchRound
from merchants.rounds.services import commit_round, start_round
from merchants.rounds.work import carry_out, prepare


class Untold:
    """Progress that nobody follows."""

    def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
        """Nothing: the whole step is told by the build."""


def add_rounds(cast: Cast, merchants: list[Merchant], rng: Generator, *, now: datetime) -> None:
    """Twelve shops were referred together yesterday, eighteen wait for the next round."""
    yesterday = now - timedelta(hours=20)
    first = [wait_for_round(rng, merchant, now=yesterday - timedelta(hours=2)) for merchant in merchants[:12]]
    past = _prepare(cast, Balance.LIGHT, now=yesterday)
    manager = cast.staff[Role.PROGRAMME_MANAGER]
    commit_round(round_id=past.pk, by=manager, in_background=False, now=yesterday + timedelta(minutes=30))
    carry_out(past.pk, Untold(), now=yesterday + timedelta(minutes=31))
    for request in first[::2]:
        accept(request, now=yesterday + timedelta(hours=4))
    for merchant in merchants[12:30]:
        wait_for_round(rng, merchant, now=now - timedelta(hours=3))
    _prepare(cast, Balance.MEDIUM, now=now - timedelta(hours=1))


def wait_for_round(rng: Generator, merchant: Merchant, *, now: datetime) -> HelpRequest:
    """A shop asks to be referred, takes the first invitation back and waits to be matched with the others."""
    request = submit_then(ask(rng, merchant, mode=Mode.REFER_ME, now=now), now=now)
    invitation = request.invitations.filter(status=InvitationStatus.PENDING).first()
    if invitation is not None:
        note = "想先看看同期其他服务商，等待平台统一匹配。"
        later = now + timedelta(minutes=30)
        withdraw_invitation(invitation_id=invitation.pk, by=owner_of(merchant), note=note, now=later)
    return request


def _prepare(cast: Cast, balance: str, *, now: datetime) -> MatchRound:
    begun = start_round(balance=balance, by=cast.staff[Role.PROGRAMME_MANAGER], in_background=False, now=now)
    prepare(begun.pk, Untold(), now=now)
    return begun
