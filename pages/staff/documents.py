"""The card of documents on the pages of a provider and of an application."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.permissions import has_permission
from common.days import business_day
from common.states import ActionOffer
from providers.documents.permissions import offer_review
from providers.documents.selectors import Slot, blocks_in, slots_of
from providers.registry.enums import ProviderOrigin
from providers.registry.models import Provider


@dataclass(frozen=True)
class DocumentLine:
    """One document on the card, with the buttons that the viewer may press."""

    slot: Slot
    offers: list[ActionOffer]


def describe_documents(provider: Provider, user: User) -> dict[str, Any]:
    """`document_lines` and `document_blocks` for the card; empty for whoever may not see documents."""
    if provider.origin == ProviderOrigin.EXTERNAL or not has_permission(user, "document.view"):
        return {}
    slots = slots_of(provider)
    lines = [
        DocumentLine(slot, [offer for offer in offer_review(user, slot.document) if offer.allowed])
        if slot.document
        else DocumentLine(slot, [])
        for slot in slots
        if slot.document or slot.rule.is_required
    ]
    return {"document_lines": lines, "document_blocks": blocks_in(slots, business_day(timezone.now()))}
