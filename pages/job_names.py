"""What a job does, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: dict[str, str | Promise] = {
    "common.probe": _("Self-test of the worker"),
    "providers.check_relations": _("Check for links to barred parties"),
    "providers.begin_probation": _("Begin a probation"),
    "providers.judge_night": _("Judge all providers for the night"),
    "providers.retriage_provider": _("Triage of an application again"),
    "providers.rejudge_provider": _("Judge a provider again"),
    "scoring.import_facts": _("Import facts"),
    "scoring.run_scores": _("Compute scores"),
    "scoring.recompute": _("Compute scores again after a correction"),
    "merchants.relate": _("Find related merchants"),
    "scoring.try_model": _("Try a scoring model in the rule lab"),
    "scoring.try_season": _("Try season rules on past seasons"),
    "scoring.nightly": _("Nightly scores and standings"),
    "scoring.settle_season": _("Settle a season"),
    "scoring.measure_providers": _("Measure providers for the criteria"),
    "providers.triage_application": _("Triage an application"),
    "providers.triage_open_applications": _("Triage all waiting applications"),
    "providers.tell_of_criteria": _("Tell companies of new criteria"),
    "providers.dry_run_criteria": _("Try a draft of the criteria"),
    "merchants.measure_duties": _("Measure work for duties"),
    "merchants.make_shortlist": _("Make a shortlist"),
    "merchants.prepare_round": _("Prepare a match round"),
    "merchants.invite_round": _("Invite the providers of a match round"),
}


def name_job(name: str) -> str:
    """The name of a job in the viewer's language; an unknown one as it is written."""
    return str(NAMES.get(name, name))
