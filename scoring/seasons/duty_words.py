"""Progress on duties in the viewer's language."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.templatetags.paddock import day, number, percent
from scoring.duties.judging import Evidence, Progress
from scoring.duties.models import DutyWork


def say_progress(progress: Progress) -> str:
    """How far one duty is."""
    told = {"done": number(progress.done), "target": number(progress.target)}
    if progress.met:
        return _("Done: %(done)s of %(target)s.") % told
    missing = progress.target - progress.done
    return ngettext(
        "%(done)s of %(target)s; %(missing)s is missing.", "%(done)s of %(target)s; %(missing)s are missing.", missing
    ) % {**told, "missing": number(missing)}


def say_days(work: DutyWork) -> str:
    """From when to when the work went."""
    return f"{day(work.started_on)} – {day(work.ended_on) if work.ended_on else ''}".strip()


def say_reached(work: DutyWork) -> str:
    """How much of its target was reached, by the facts."""
    return "—" if work.measured is None else percent(work.measured / work.target)


def describe_progress(progress: Progress) -> dict[str, object]:
    """What a page shows of one duty."""
    return {
        "key": str(progress.duty),
        "label": str(progress.duty.label),
        "text": say_progress(progress),
        "done": progress.done,
        "target": progress.target,
        "met": progress.met,
        "evidence": [describe_evidence(one) for one in progress.evidence],
    }


def describe_evidence(evidence: Evidence) -> dict[str, object]:
    """What a page shows of one piece of work."""
    work = evidence.work
    return {
        "reference": work.reference,
        "merchant": work.merchant,
        "days": say_days(work),
        "reached": say_reached(work),
        "counts": evidence.counts,
        "verdict": str(evidence.verdict.label),
    }
