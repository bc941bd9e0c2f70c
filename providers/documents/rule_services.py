"""Writes about what each type of document needs."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.audit.services import record
from common.exceptions import InvalidInput, NotFound
from providers.documents.enums import Blocks, DocumentType
from providers.documents.models import DocumentRule
from providers.documents.permissions import check_configure
from providers.documents.rules import EDITABLE, default_rule


@transaction.atomic
def edit_rule(
    *,
    document_type: str,
    changes: dict[str, Any],
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> DocumentRule:
    """Change what a type of document needs: is_required, has_expiry, blocks. It counts from this moment on.

    Raises InvalidInput (the field at fault), Stale, NotPermitted, NotFound.
    """
    if document_type not in DocumentType.values:
        raise NotFound()
    check_configure(by)
    # Race: two people edit a type for the first time. Both put the default in, one row stays, and both lock that.
    DocumentRule.objects.bulk_create([default_rule(document_type)], ignore_conflicts=True)
    rule = DocumentRule.objects.select_for_update().get(document_type=document_type)
    rule.check_version(version)
    for field, value in changes.items():
        if field not in EDITABLE:
            raise InvalidInput(_("This cannot be changed here."), field=field, remedy=_("Leave it out."))
        if field == "blocks" and value not in Blocks.values:
            raise InvalidInput(
                _("There is no such effect."), field="blocks", remedy=_("Choose one of the listed effects.")
            )
    made = {field: [getattr(rule, field), value] for field, value in changes.items() if getattr(rule, field) != value}
    if made:
        for field, (_old, value) in made.items():
            setattr(rule, field, value)
        rule.save_checked()
        record("document_rule.edit", rule, by=by, now=now, changes=made)
    return rule
