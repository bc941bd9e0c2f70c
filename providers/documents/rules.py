"""What each type of document needs, until staff decide otherwise.

A row of DocumentRule takes the place of its line here, so a type that is added later has a rule at once.
"""

from typing import Any

from providers.documents.enums import Blocks, DocumentType
from providers.documents.models import DocumentRule

# type: (required at the door, must name its expiry, what the expiry blocks)
DEFAULTS: dict[DocumentType, tuple[bool, bool, Blocks]] = {
    DocumentType.BUSINESS_LICENCE: (True, False, Blocks.EVERYTHING),  # many are valid without a term
    DocumentType.LEGAL_REPRESENTATIVE_ID: (True, True, Blocks.ADMISSION),
    DocumentType.TAX_CERTIFICATE: (True, False, Blocks.NOTHING),
    DocumentType.BANK_CERTIFICATE: (True, False, Blocks.ADMISSION),
    DocumentType.BRAND_AUTHORISATION: (False, True, Blocks.NEW_INVITATIONS),
    DocumentType.LEASE: (False, True, Blocks.NOTHING),
    DocumentType.OTHER: (False, False, Blocks.NOTHING),
}
EDITABLE = ("is_required", "has_expiry", "blocks")


def default_rule(document_type: str) -> DocumentRule:
    """The unsaved rule of a type as it is without a row; KeyError for an unknown type."""
    values: dict[str, Any] = dict(zip(EDITABLE, DEFAULTS[DocumentType(document_type)], strict=True))
    return DocumentRule(document_type=document_type, **values)


def all_rules() -> dict[str, DocumentRule]:
    """The rule of every type that counts now, in the order of DocumentType."""
    stored = {rule.document_type: rule for rule in DocumentRule.objects.all()}
    return {name: stored.get(name) or default_rule(name) for name in DocumentType.values}


def required_types() -> list[str]:
    """The types that are required at the door."""
    return [name for name, rule in all_rules().items() if rule.is_required]
