"""Where tried rules do not fit a past season, in sentences."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.templatetags.paddock import local_text, number

Summary = Mapping[str, Any]


def say_note(note: Mapping[str, Any]) -> str:
    """Where the tried rules do not fit the season."""
    params = note["params"]
    shown = {name: number(value) if isinstance(value, int) else value for name, value in params.items()}
    if "name_zh" in params:
        shown["name"] = local_text(params, "name")
    texts: dict[str, Callable[[], str]] = {
        "cleared_out_before": lambda: ngettext(
            "%(count)s provider no longer races: these rules cleared it out in an earlier season.",
            "%(count)s providers no longer race: these rules cleared them out in earlier seasons.",
            params["count"],
        ),
        "empty_track": lambda: _("Nobody would have raced in “%(name)s”."),
        "admitted_nowhere": lambda: ngettext(
            "%(count)s provider that raced fits into none of these tracks.",
            "%(count)s providers that raced fit into none of these tracks.",
            params["count"],
        ),
        "levels_by_score": lambda: _(
            "“%(name)s” had no levels then: its field is cut into levels by the scores before the season."
        ),
        "other_levels": lambda: _(
            "“%(name)s” had %(then)s levels then and has %(now)s here: who held a lower one begins in the lowest, "
            "and nobody begins in a level that is new."
        ),
        "other_model": lambda: _(
            "The season was scored by %(then)s; these rules are to be used with %(now)s. The lab of the model tells "
            "what that changes."
        ),
        "no_duty_work": lambda: _(
            "No engagement that counts for duties is known of this season, so rules with duties let nobody rise."
        ),
        "no_interval": lambda: ngettext(
            "%(count)s score has no interval and counts as exact when scores are drawn anew.",
            "%(count)s scores have no interval and count as exact when scores are drawn anew.",
            params["count"],
        ),
    }
    return texts[note["code"]]() % shown


def say_reproduced(summary: Summary) -> str:
    """Whether the season's own rules give its own verdicts again; empty when they do."""
    if summary["reproduced"] == summary["verdicts"]:
        return ""
    return _(
        "The season's own rules, judged again, give %(same)s of its %(total)s verdicts: the others were settled by "
        "scores or protections that are no longer the same."
    ) % {"same": number(summary["reproduced"]), "total": number(summary["verdicts"])}
