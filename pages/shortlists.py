"""A stored shortlist as the pages of merchants and staff show it."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common.templatetags.paddock import number
from merchants.matching.models import Candidate, Shortlist
from merchants.matching.selectors import candidates_of
from merchants.matching.sentences import FILTERS, name_part, tell_reason
from merchants.requests.models import HelpRequest
from pages.matching_words import NeedLine, describe_needs
from providers.enums import Capability


@dataclass(frozen=True)
class Row:
    """One line of the comparison: a label, a note under it, and one cell per candidate."""

    label: str | Promise
    note: str | Promise
    cells: list[str]


@dataclass(frozen=True)
class Column:
    """One candidate with its reasons in words, and what became of an invitation."""

    candidate: Candidate
    pros: list[str]
    cons: list[str]
    invitation: Any = None

    @property
    def fit(self) -> str:
        """Fit of 100, for reading."""
        return number(self.candidate.fit * 100, 1)


def build_columns(shortlist: Shortlist, request: HelpRequest) -> list[Column]:
    """The candidates in their order."""
    asked = {invitation.provider_id: invitation for invitation in request.invitations.all()}
    return [
        Column(
            candidate,
            [tell_reason(reason, currency=request.currency) for reason in candidate.reasons_for],
            [tell_reason(reason, currency=request.currency) for reason in candidate.reasons_against],
            asked.get(candidate.provider_id),
        )
        for candidate in candidates_of(shortlist)
    ]


def build_comparison(columns: list[Column], request: HelpRequest) -> list[Row]:
    """Fit, score, the capabilities by need, places: side by side."""
    candidates = [column.candidate for column in columns]
    rows = [
        Row(_("Fit"), _("of 100"), [number(candidate.fit * 100, 1) for candidate in candidates]),
        Row(
            _("Score"),
            _("with its interval"),
            [_show(candidate.composite, candidate.lower, candidate.upper) for candidate in candidates],
        ),
    ]
    rows += [_capability_row(need, candidates) for need in describe_needs(request)]
    rows.append(
        Row(
            _("Live rooms free"),
            _("%(rooms)s asked for") % {"rooms": request.rooms},
            [number(candidate.spare_rooms) for candidate in candidates],
        )
    )
    return rows


def build_fit_chart(columns: list[Column]) -> dict[str, Any]:
    """What each part adds to the fit, as a table and a chart of bars."""
    parts: dict[str, list[float]] = {}
    for index, column in enumerate(columns):
        for name, amount in column.candidate.contributions.items():
            parts.setdefault(name, [0.0] * len(columns))[index] = round(amount * 100, 2)
    parts = {name: amounts for name, amounts in parts.items() if any(amounts)}
    names = [column.candidate.provider.name for column in columns]
    shown: dict[str, list[float]] = {}  # the five capabilities as one colour; the table has each
    for name, amounts in parts.items():
        whole = shown.setdefault(name.partition(":")[0], [0.0] * len(columns))
        shown[name.partition(":")[0]] = [round(old + amount, 2) for old, amount in zip(whole, amounts, strict=True)]
    return {
        "kind": "bar",
        "label": _("Parts of the fit"),
        "data": {
            "x": names,
            "series": [{"name": name_part(name), "values": amounts} for name, amounts in shown.items()],
            "stacked": True,
            "horizontal": True,
        },
        "head": [_("Part"), *names],
        "rows": [[name_part(name), *(number(amount, 1) for amount in amounts)] for name, amounts in parts.items()],
    }


def describe_excluded(shortlist: Shortlist) -> list[tuple[str, int]]:
    """Whom the filters kept out, by filter, the most frequent first."""
    counts = [(str(FILTERS.get(name, name)), int(count)) for name, count in shortlist.excluded.items()]
    return sorted(counts, key=lambda pair: -pair[1])


def _capability_row(need: NeedLine, candidates: list[Candidate]) -> Row:
    index = Capability.values.index(need.name)
    cells = [
        _show(
            candidate.capability_scores[index], candidate.capability_lowers[index], candidate.capability_uppers[index]
        )
        for candidate in candidates
    ]
    return Row(need.label, need.word, cells)


def _show(score: float | None, lower: float | None, upper: float | None) -> str:
    if score is None:
        return _("not assessed")
    if lower is None or upper is None:
        return number(score, 1)
    return _("%(score)s (%(lower)s–%(upper)s)") % {
        "score": number(score, 1),
        "lower": number(lower, 1),
        "upper": number(upper, 1),
    }
