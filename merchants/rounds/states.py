"""How a match round moves. A row's action names the service that carries it out."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from merchants.parties import PORTAL
from merchants.rounds.enums import RoundStatus as S

MATCH_ROUND = StateTable(
    name="match_round",
    states=S,
    initial=S.PREPARING,
    rows=(
        Transition(S.PREPARING, S.PREVIEW, "present", PORTAL, _("Preview ready"), audit="match_round.present"),
        Transition(S.PREPARING, S.DISCARDED, "discard", "round.run", _("Discard"), audit="match_round.discard"),
        Transition(S.PREVIEW, S.COMMITTED, "commit", "round.run", _("Commit"), audit="match_round.commit"),
        Transition(S.PREVIEW, S.DISCARDED, "discard", "round.run", _("Discard"), audit="match_round.discard"),
        Transition(S.COMMITTED, S.COMMITTED, "resume", "round.run", _("Resume"), audit="match_round.resume"),
    ),
)
ACTIONS_OF_PEOPLE = frozenset({"commit", "discard", "resume"})
