"""What the state of a panel allows, whoever asks."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict, InvalidInput
from providers.admission.review.enums import SEATS, Recommendation
from providers.admission.review.models import Panel
from providers.admission.review.rubric_models import MOST_LEVEL
from providers.enums import Capability

MOST_COMMENT = 2000
MOST_REASONS = 4000
# A level in a draft where the reviewer saw no evidence; one that is not chosen yet is empty.
NO_EVIDENCE = "none"


def find_seat(panel: Panel, held: Collection[int]) -> int | None:
    """The lowest free seat of `panel`; None when it is closed or full."""
    seats = SEATS.get(panel.status, 0)  # type: ignore[call-overload]
    return next((seat for seat in range(1, seats + 1) if seat not in held), None)


def check_seat(panel: Panel, held: Collection[int]) -> int:
    """`find_seat`; raises Conflict when no reviewer is needed."""
    if not panel.is_open:
        raise Conflict(_("This application needs no reviewer any more."), remedy=_("Take the next one from the queue."))
    seat = find_seat(panel, held)
    if seat is None:
        raise Conflict(_("This application has all its reviewers."), remedy=_("Take the next one from the queue."))
    return seat


def check_judgement(scores: Mapping[str, tuple[int | None, str]], recommendation: str, reasons: str) -> None:
    """Raise InvalidInput unless all five capabilities are judged, each level with a comment, the whole with reasons."""
    if set(scores) != set(Capability.values):
        raise InvalidInput(
            _("Judge each of the five capabilities once."),
            field="scores",
            remedy=_("Choose a level, or “no evidence”, for each."),
        )
    for capability, (level, comment) in scores.items():
        if level is not None and not 0 <= level <= MOST_LEVEL:
            raise InvalidInput(
                _("A level is a whole number from 0 to 4."),
                field=f"scores.{capability}",
                remedy=_("Choose one of them."),
            )
        _check_comment(capability, level, comment)
    if recommendation not in Recommendation.values:
        raise InvalidInput(
            _("There is no such recommendation."),
            field="recommendation",
            remedy=_("Choose admit, return or reject."),
        )
    if not reasons.strip():
        raise InvalidInput(
            _("The reasons are missing."), field="reasons", remedy=_("Say in a few sentences what decides the case.")
        )


def read_draft(content: Mapping[str, Any]) -> dict[str, Any]:
    """What may be kept of a half-written review; raises InvalidInput for what could never be handed in."""
    levels, comments = content.get("levels", {}), content.get("comments", {})
    unknown = (set(levels) | set(comments)) - set(Capability.values)
    if unknown:
        raise InvalidInput(
            _("There is no such capability."), field="levels", remedy=_("Choose one of the five capabilities.")
        )
    for capability, level in levels.items():
        if level not in ("", NO_EVIDENCE, *(str(one) for one in range(MOST_LEVEL + 1))):
            raise InvalidInput(
                _("A level is a whole number from 0 to 4."),
                field=f"levels.{capability}",
                remedy=_("Choose one of them."),
            )
    for capability, comment in comments.items():
        _check_comment(capability, None, comment)
    recommendation, reasons = content.get("recommendation", ""), content.get("reasons", "")
    if recommendation and recommendation not in Recommendation.values:
        raise InvalidInput(
            _("There is no such recommendation."),
            field="recommendation",
            remedy=_("Choose admit, return or reject."),
        )
    if len(reasons) > MOST_REASONS:
        raise InvalidInput(
            _("The reasons are longer than %(most)s characters.") % {"most": MOST_REASONS},
            field="reasons",
            remedy=_("Keep what decides."),
        )
    return {
        "levels": {key: levels.get(key, "") for key in Capability.values},
        "comments": {key: comments.get(key, "") for key in Capability.values},
        "recommendation": recommendation,
        "reasons": reasons,
    }


def _check_comment(capability: str, level: int | None, comment: str) -> None:
    field = f"scores.{capability}"
    if level is not None and not comment.strip():
        raise InvalidInput(
            _("%(capability)s: a level needs a comment.") % {"capability": Capability(capability).label},
            field=field,
            remedy=_("Name the evidence that made you choose it."),
        )
    if len(comment) > MOST_COMMENT:
        raise InvalidInput(
            _("A comment is longer than %(most)s characters.") % {"most": MOST_COMMENT},
            field=field,
            remedy=_("Keep what decides."),
        )


def check_anchors(anchors: Mapping[str, Any], margin: int) -> None:
    """Raise InvalidInput unless `anchors` has five levels for each capability, each with a text in both languages."""
    expected = {(capability, level) for capability in Capability.values for level in range(MOST_LEVEL + 1)}
    given = {(capability, level) for capability, texts in anchors.items() for level in range(len(texts))}
    if given != expected:
        raise InvalidInput(
            _("A rubric has five levels for each of the five capabilities."),
            field="levels",
            remedy=_("Give all twenty-five texts in both languages."),
        )
    if not 0 <= margin <= MOST_LEVEL:
        raise InvalidInput(
            _("A margin is a whole number from 0 to 4."), field="margin", remedy=_("1 is a good beginning.")
        )
    if not all(text.strip() for texts in anchors.values() for pair in texts for text in pair):
        raise InvalidInput(
            _("A text of the rubric is empty."), field="levels", remedy=_("Give each text in both languages.")
        )
