"""What the audit log's actions are called: transitions by their table, the other ones here."""

from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.states import all_tables

PLAIN: dict[str, str | Promise] = {
    "user.create": _("Account created"),
    "user.set_language": _("Language chosen"),
    "user.issue_token": _("API token issued"),
    "organisation.create": _("Organisation created"),
    "membership.add": _("Member added"),
    "job.cancel": _("Job cancelled"),
    "notice.read": _("Notice read"),
    "notice.read_all": _("All notices read"),
    "provider.register": _("Registered"),
    "provider.register_external": _("Taken over from outside data"),
    "provider.edit": _("Company data changed"),
    "provider.declare_leave": _("Leave declared"),
    "application.create": _("Application begun"),
    "application.edit": _("Application changed"),
    "application.set_evidence": _("Evidence written"),
    "application.remove_evidence": _("Evidence removed"),
    "application.triage": _("Triaged"),
    "application.mitigate": _("Mitigating facts written"),
    "criteria.create": _("Drafted"),
    "criteria.edit": _("Changed"),
    "criteria.import": _("Replaced by a file"),
    "criteria.remove_criterion": _("Criterion removed"),
    "criteria.dry_run": _("Tried on the open applications"),
    "measures.store": _("Measures computed"),
    "panel.open": _("Panel opened"),
    "review.take": _("Review taken"),
    "review.assign": _("Review given"),
    "rubric.publish": _("Rubric published"),
    "saved_filter.save": _("Filter saved"),
    "saved_filter.delete": _("Filter deleted"),
    "window.create": _("Window prepared"),
    "window.edit": _("Window changed"),
    "trader.register": _("Registered"),
    "trader.edit": _("Data changed"),
    "trader.give_identity": _("Identity number given"),
    "trader.certify": _("Certificate issued"),
    "trader.lose_level": _("Level lost"),
    "person.refuse_second_employment": _("Registration by a second provider refused"),
    "certificate.announce_expiry": _("End announced"),
    "claim.rejudge": _("Claim judged anew"),
    "document.upload": _("Document sent"),
    "document.read": _("Document read"),
    "document.remind": _("Reminded of the expiry"),
    "document_rule.edit": _("Rule changed"),
    "false_claim.report": _("False claim reported"),
    "identifier.declare": _("Identity declared"),
    "identifier.record": _("Identifier recorded"),
    "identifier.end": _("Identifier ended"),
    "link.check": _("Check of links asked for"),
    "link.hold": _("Link held"),
    "link.enter": _("Link entered by hand"),
    "link.update": _("Link brought up to date"),
    "barred.enter": _("Entered into the barred list"),
    "barred.withdraw": _("Taken off the barred list"),
    "judgement.store": _("Night judged"),
    "probation.propose": _("Contract proposed"),
    "watch.open": _("Put on the watch list"),
    "merchant.register": _("Shop registered"),
    "merchant.import": _("Shop taken over from the platform"),
    "merchant.edit": _("Shop data changed"),
    "help_request.create": _("Request begun"),
    "help_request.edit": _("Request changed"),
    "help_request.submit": _("Submitted"),
    "help_request.shortlist": _("Shortlist made"),
    "help_request.find_nobody": _("Nobody left to ask"),
    "help_request.reopen": _("Opened again"),
    "help_request.invite": _("Provider invited"),
    "help_request.release": _("Back to the shortlist"),
    "help_request.engage": _("Provider engaged"),
    "help_request.cancel": _("Cancelled"),
    "invitation.accept": _("Accepted"),
    "invitation.decline": _("Declined"),
    "invitation.expire": _("Expired"),
    "invitation.withdraw": _("Withdrawn"),
    "engagement.pause": _("Paused"),
    "engagement.resume": _("Resumed"),
    "engagement.complete": _("Completed"),
    "engagement.terminate": _("Terminated"),
    "invitation.create": _("Invited"),
    "engagement.start": _("Work begun"),
    "engagement.assign": _("Trader assigned"),
    "engagement.release": _("Trader released"),
    "model.create": _("Drafted"),
    "model.edit": _("Changed"),
    "model.try": _("Tried in the rule lab"),
    "trial.start": _("Trial started"),
    "trial.store": _("Result of a run stored"),
    "run.start": _("Run started"),
    "run.begin": _("Run begun"),
    "run.finish": _("Run finished"),
    "run.supersede": _("Superseded"),
    "fact_batch.receive": _("File received"),
    "fact_batch.check": _("Check begun"),
    "fact_batch.resume": _("Check begun again"),
    "fact_batch.dry_run": _("Dry run finished"),
    "fact_batch.publish": _("Taken in"),
    "fact_batch.reject": _("Rejected"),
    "fact_batch.fail": _("Given up"),
    "fact_batch.import": _("Import decided after the dry run"),
    "fact_batch.discard": _("Discarded"),
    "fact_batch.supersede": _("Superseded"),
    "fact_batch.expire": _("Upload removed, nobody decided"),
    "season.create": _("Prepared"),
    "season.edit": _("Changed"),
    "standing.compute": _("Places computed"),
}


@cache
def all_labels() -> dict[str, str | Promise]:
    """Every known action with its name."""
    rows = {row.audit: row.label for table in all_tables() for row in table if row.audit}
    return {**rows, **PLAIN}


def name_action(action: str) -> str:
    """The name of an action in the viewer's language; an unknown one as it is written."""
    return str(all_labels().get(action, action))


def action_choices() -> list[tuple[str, str]]:
    """For a select: the actions by their code, each with its name."""
    return [(code, f"{label} ({code})") for code, label in sorted(all_labels().items())]
