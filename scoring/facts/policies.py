"""What a batch allows in its state."""

from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict
from common.states import Transition
from scoring.facts.models import FactBatch
from scoring.facts.states import OFFERED


def check_action(batch: FactBatch, row: Transition) -> None:
    """Raise Conflict when the action cannot be asked for by a person now."""
    if row.action not in OFFERED:
        raise Conflict(_("The import does this by itself."), field="action")
    if row.action == "import" and not batch.upload:
        raise Conflict(
            _("The uploaded file is no longer there."), field="action", remedy=_("Upload it again."), code="upload_gone"
        )
