"""A match round as pages show it: figures beside the last round's, what each setting costs, load before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common.templatetags.paddock import number
from merchants.matching.sentences import FILTERS, tell_reason
from merchants.requests.models import HelpRequest
from merchants.rounds.compute import LOADS
from merchants.rounds.enums import Balance, RoundStatus
from merchants.rounds.models import MatchRound, RoundPlace
from merchants.rounds.sentences import tell_why_not
from providers.registry.models import Provider

SHOWN_WHY_NOT = 12


@dataclass(frozen=True)
class Figure:
    """One figure of a round; `hint` says what it was before the round and in the last one."""

    label: str
    value: str
    hint: str


@dataclass(frozen=True)
class Cost:
    """What one setting would have given."""

    balance: str | Promise
    newcomer_places: int
    matched: str
    mean_fit: str
    gini: str
    idle: str
    newcomers: str
    chosen: bool


@dataclass(frozen=True)
class Other:
    """A provider who is asked when those before it decline."""

    provider: Provider
    fit: str
    seat: str
    pros: list[str]
    cons: list[str]


def show_fit(value: float | None) -> str:
    """Fit of 100."""
    return "—" if value is None else number(value * 100, 1)


def describe_state(match_round: MatchRound) -> str:
    """One sentence of state."""
    if match_round.status == RoundStatus.PREPARING:
        return _("The preview is being computed. Nobody is invited.")
    if match_round.status == RoundStatus.PREVIEW:
        return _("A preview: nobody is invited until somebody commits it.")
    if match_round.status == RoundStatus.DISCARDED:
        return _("This round was put away. It invited nobody.")
    if match_round.finished_at is None:
        return _("The providers of this round are being invited.")
    return _("This round was carried out.")


def describe_figures(match_round: MatchRound, last: MatchRound | None) -> list[Figure]:
    """The figures, each with what it was before, and in the last committed round."""
    rows: list[tuple[str, str, Any, Any]] = [
        (_("Requests"), "request_count", number, None),
        (_("With a provider"), "matched_count", number, None),
        (_("Mean fit"), "mean_fit", show_fit, None),
        (_("Gini of the load"), "gini_after", _show_gini, _show_gini(match_round.gini_before)),
        (_("Idle providers"), "idle_after", number, number(match_round.idle_before)),
        (_("Newcomers with a place"), "newcomer_count", number, None),
    ]
    figures = []
    for label, name, show, before in rows:
        hints = [_("before the round: %(value)s") % {"value": before}] if before is not None else []
        if last is not None:
            hints.append(_("last round: %(value)s") % {"value": show(getattr(last, name))})
        figures.append(Figure(label, show(getattr(match_round, name)), " · ".join(hints)))
    return figures


def describe_costs(match_round: MatchRound) -> list[Cost]:
    """Every setting with what it would have given; the chosen one is marked."""
    chosen = (match_round.balance, match_round.newcomer_places)
    return [
        Cost(
            Balance(row["balance"]).label,
            row["newcomer_places"],
            number(row["matched"]),
            show_fit(row["mean_fit"]),
            _show_gini(row["gini"]),
            number(row["idle"]),
            number(row["newcomers"]),
            (row["balance"], row["newcomer_places"]) == chosen,
        )
        for row in match_round.costs
    ]


def draw_loads(match_round: MatchRound) -> dict[str, Any]:
    """Providers by the share of their live rooms that is taken, before and after."""
    edges = [*(round(share * 100) for share in LOADS), 100]
    spans = [_("%(low)s–%(high)s %%") % {"low": low + 1, "high": high} for low, high in pairwise(edges)]
    names = [_("idle"), *spans]
    before, after = match_round.loads["before"], match_round.loads["after"]
    label = _("Providers by the share of their live rooms that is taken")
    return {
        "kind": "bar",
        "label": label,
        "data": {
            "x": names,
            "decimals": 0,
            "series": [{"name": _("Before"), "values": before}, {"name": _("After"), "values": after}],
        },
        "head": [_("Share of live rooms"), _("Before"), _("After")],
        "rows": [[name, number(b), number(a)] for name, b, a in zip(names, before, after, strict=True)],
        "note": _("Live rooms that open invitations offer count as taken."),
    }


def describe_others(place: RoundPlace) -> list[Other]:
    """The round's provider first, then those who are asked after it, with reasons in words."""
    providers = Provider.objects.in_bulk([entry["provider_id"] for entry in place.candidates])
    currency = place.request.currency
    return [
        Other(
            providers[entry["provider_id"]],
            show_fit(entry["fit"]),
            entry["seat"],
            [tell_reason(reason, currency=currency) for reason in entry["reasons_for"]],
            [tell_reason(reason, currency=currency) for reason in entry["reasons_against"]],
        )
        for entry in place.candidates
    ]


def explain_others(place: RoundPlace) -> tuple[list[str], int]:
    """Why not the better-liked ones, the best first, and how many more there are than are told."""
    told = place.why_not[:SHOWN_WHY_NOT]
    providers = Provider.objects.in_bulk([reason["params"]["provider"] for reason in told])
    names = {pk: f"{provider.name} ({provider.code})" for pk, provider in providers.items()}
    return [tell_why_not(reason, names) for reason in told], len(place.why_not) - len(told)


def describe_excluded(place: RoundPlace) -> list[tuple[str, int]]:
    """Whom the filters kept out, by filter, the most frequent first."""
    counts = [(str(FILTERS.get(name, name)), int(count)) for name, count in place.excluded.items()]
    return sorted(counts, key=lambda pair: -pair[1])


def count_by_class(requests: Sequence[HelpRequest]) -> list[tuple[int, int]]:
    """Live rooms needed and how many requests need so many, the largest first."""
    counts: dict[int, int] = {}
    for request in requests:
        counts[request.rooms] = counts.get(request.rooms, 0) + 1
    return sorted(counts.items(), reverse=True)


def _show_gini(value: float | None) -> str:
    return "—" if value is None else number(value, 3)
