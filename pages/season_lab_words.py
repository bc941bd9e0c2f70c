"""What a trial of season rules found, in sentences and charts: of one season, or of all together."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.templatetags.paddock import local_text, number, percent
from pages.charts_season_lab import draw_groups, draw_verdicts
from pages.season_lab_notes import say_note, say_reproduced
from pages.season_lab_tables import (
    COUNTS,
    SIDES,
    Summary,
    add_known,
    add_up,
    count_moves,
    label_matrix,
    list_stats,
    list_tracks,
    list_verdicts,
    share_of,
    total_groups,
)
from scoring.season_lab.models import SeasonReplay


def describe(replays: Sequence[SeasonReplay]) -> dict[str, Any]:
    """Everything that a page shows of the replays together."""
    summaries = [replay.summary for replay in replays]
    churn = {side: add_up([summary["churn"][side] for summary in summaries], COUNTS) for side in SIDES}
    noise = {side: add_known(summaries, "noise", side, ("judged", "differ", "moves", "moves_differ")) for side in SIDES}
    reversals = {side: add_known(summaries, "reversals", side, ("judged", "reversed")) for side in SIDES}
    groups = [
        {"title": title, "rows": total_groups(summaries, kind)}
        for kind, title in (("size", _("By size")), ("newcomer", _("Newcomers and others")))
    ]
    return {
        "stats": list_stats(churn, noise, reversals),
        "verdicts_chart": draw_verdicts(list_verdicts(churn)),
        "churn_sentences": say_churn(churn),
        "reversal_sentences": say_reversals(reversals, summaries),
        "noise_sentences": say_noise(noise, summaries),
        "groups": [group for group in groups if group["rows"]],
        "group_sentences": [sentence for group in groups for sentence in say_groups(group["rows"])],
        "groups_chart": draw_groups([row for group in groups for row in group["rows"]]),
    }


def describe_one(replay: SeasonReplay) -> dict[str, Any]:
    """What only the page of one season shows."""
    return {
        "matrix": label_matrix(replay.summary),
        "track_rows": list_tracks(replay),
        "notes": [say_note(note) for note in replay.summary["notes"]],
        "reproduced_text": say_reproduced(replay.summary),
    }


def sum_up(replays: Sequence[SeasonReplay]) -> str:
    """The first sentence: how many verdicts would have been others."""
    differing, total = (sum(getattr(one, name) for one in replays) for name in ("differing_count", "provider_count"))
    return ngettext(
        "%(differing)s of %(total)s verdict would have been another (%(share)s).",
        "%(differing)s of %(total)s verdicts would have been others (%(share)s).",
        total,
    ) % {
        "differing": number(differing),
        "total": number(total),
        "share": percent(differing / total if total else 0, 1),
    }


def list_seasons(replays: Sequence[SeasonReplay]) -> list[dict[str, Any]]:
    """One line per season of a trial."""
    lines = []
    for replay in replays:
        found = replay.summary
        churn, noise, turned = (found[name] for name in ("churn", "noise", "reversals"))
        lines.append(
            {
                "replay": replay,
                "name": local_text(replay.season, "name"),
                "moves": {side: share_of(count_moves(churn[side]), churn[side]["ranked"]) for side in SIDES},
                "turned": {
                    side: share_of(turned[side]["reversed"], turned[side]["judged"]) if turned[side] else None
                    for side in SIDES
                },
                "noise": {
                    side: share_of(noise[side]["differ"], noise[side]["judged"]) if noise[side] else None
                    for side in SIDES
                },
                "notes": [say_note(note) for note in found["notes"]],
            }
        )
    return lines


def say_churn(churn: Mapping[str, Mapping[str, float]]) -> list[str]:
    """How much moves, beside what really moved."""
    before, after = churn["before"], churn["after"]
    if not after["ranked"]:
        return [_("Nobody would have held a place by these rules.")]
    return [
        _(
            "By these rules %(after)s of %(ranked)s who hold a place would have risen, fallen or left (%(share)s); "
            "really %(before)s of %(ranked_before)s did (%(share_before)s)."
        )
        % {
            "after": number(count_moves(after)),
            "ranked": number(after["ranked"]),
            "share": percent(share_of(count_moves(after), after["ranked"]), 1),
            "before": number(count_moves(before)),
            "ranked_before": number(before["ranked"]),
            "share_before": percent(share_of(count_moves(before), before["ranked"]), 1),
        }
    ]


def say_reversals(reversals: Mapping[str, Mapping[str, float] | None], summaries: Sequence[Summary]) -> list[str]:
    """Whether moves last."""
    after, before = reversals["after"], reversals["before"]
    if after is None or before is None:
        if len(summaries) == 1:
            return [_("One season cannot tell whether moves last: that takes the season after it.")]
        return [_("No season after these is known yet.")]
    if not after["judged"] and not before["judged"]:
        return [_("Nobody who moved raced in the season after, so nothing is known of moves that are turned round.")]
    told = _(
        "Of %(judged)s moves whose next season is known, it would have turned %(reversed)s round (%(share)s); "
        "really %(reversed_before)s of %(judged_before)s (%(share_before)s)."
    ) % {
        "judged": number(after["judged"]),
        "reversed": number(after["reversed"]),
        "share": percent(share_of(after["reversed"], after["judged"]), 1),
        "judged_before": number(before["judged"]),
        "reversed_before": number(before["reversed"]),
        "share_before": percent(share_of(before["reversed"], before["judged"]), 1),
    }
    if all(summary["reversals"]["after"] for summary in summaries):
        return [told]
    return [told, _("The last season counts for none: what comes after it is not known.")]


def say_noise(noise: Mapping[str, Mapping[str, float] | None], summaries: Sequence[Summary]) -> list[str]:
    """How much chance decides."""
    after, before = noise["after"], noise["before"]
    if after is None or before is None:
        return [_("The scores were not drawn anew.")]
    shares = {
        "draws": number(max(summary["draws"] for summary in summaries)),
        "share": percent(share_of(after["differ"], after["judged"]), 1),
        "before": percent(share_of(before["differ"], before["judged"]), 1),
    }
    sentences = [
        _(
            "Each season was drawn anew %(draws)s times within the errors of its scores: %(share)s of the verdicts "
            "come out otherwise; by the season's own rules %(before)s."
        )
        % shares
    ]
    if after["moves"]:
        sentences.append(
            _("Of the rises, falls and clear-outs alone %(share)s come out otherwise; of the real ones %(before)s.")
            % {
                "share": percent(share_of(after["moves_differ"], after["moves"]), 1),
                "before": percent(share_of(before["moves_differ"], before["moves"]), 1),
            }
        )
    return sentences


def say_groups(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """How the small and the new fare beside their share of the field."""
    sentences = []
    for row in rows:
        side = row["after"]
        if row["key"] not in ("small", "newcomer") or not side["ranked"]:
            continue
        told = {
            "group": row["label"],
            "field": percent(side["of_field"], 1),
            "up": percent(side["of_promoted"], 1),
            "down": percent(side["of_fallen"], 1),
        }
        if side["of_promoted"] is None and side["of_fallen"] is None:
            text = _("%(group)s: %(field)s of the places. Nobody rises or falls.")
        else:
            text = _("%(group)s: %(field)s of the places, %(up)s of the rises, %(down)s of the falls and clear-outs.")
        sentences.append(text % told)
    return sentences
