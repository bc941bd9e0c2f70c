"""The life of a batch. Only a live one counts in scores."""

from django.utils.translation import gettext_lazy as _

from common.states import StateTable, Transition
from scoring.facts.enums import FactBatchStatus as S

IMPORT = "fact.import"

FACT_BATCH = StateTable(
    name="fact_batch",
    states=S,
    initial=S.RECEIVED,
    rows=(
        Transition(S.RECEIVED, S.CHECKING, "check", IMPORT, _("Check"), audit="fact_batch.check"),
        Transition(S.RECEIVED, S.FAILED, "fail", IMPORT, _("Give up"), audit="fact_batch.fail"),
        Transition(S.CHECKING, S.CHECKING, "resume", IMPORT, _("Resume"), audit="fact_batch.resume"),
        Transition(S.CHECKING, S.CHECKED, "finish_dry_run", IMPORT, _("Finish dry run"), audit="fact_batch.dry_run"),
        Transition(S.CHECKING, S.LIVE, "publish", IMPORT, _("Take in"), audit="fact_batch.publish"),
        Transition(S.CHECKING, S.REJECTED, "reject", IMPORT, _("Reject"), audit="fact_batch.reject"),
        Transition(S.CHECKING, S.FAILED, "fail", IMPORT, _("Give up"), audit="fact_batch.fail"),
        Transition(S.CHECKED, S.RECEIVED, "import", IMPORT, _("Import now"), audit="fact_batch.import"),
        Transition(S.CHECKED, S.REJECTED, "discard", IMPORT, _("Discard"), audit="fact_batch.discard"),
        Transition(S.LIVE, S.SUPERSEDED, "supersede", IMPORT, _("Supersede"), audit="fact_batch.supersede"),
    ),
)

# What people do themselves; the import does the rest.
OFFERED = ("import", "discard")
