"""Reads about documents: what is there, what is missing, what is blocked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from common.templatetags.paddock import day
from providers.documents.enums import BLOCKS_INVITATIONS, CURRENT, LIVE, Blocks, DocumentStatus
from providers.documents.limits import STEPS
from providers.documents.models import Document, DocumentNotice, DocumentRule
from providers.documents.rules import all_rules
from providers.registry.enums import ProviderStatus
from providers.registry.models import Provider


@dataclass(frozen=True)
class Slot:
    """One type of document at a provider: its rule, the document that counts now, and the earlier ones."""

    rule: DocumentRule
    document: Document | None
    earlier: tuple[Document, ...] = ()

    @property
    def state(self) -> str:
        """The document's status, or `missing`."""
        if self.document is None:
            return "missing"
        return str(self.document.status)

    def needs_sending(self, today: date) -> bool:
        """Whether the provider has to send one: it is required and missing, asked for anew, or over."""
        if self.document is None:
            return self.rule.is_required
        return self.document.status == DocumentStatus.REVISION_ASKED or _is_over(self.document, today)


@dataclass(frozen=True)
class Block:
    """Something that a provider is kept from now, and by which document."""

    document: Document
    effect: str

    @property
    def sentence(self) -> str:
        """What is blocked and why, for people."""
        return _("%(document)s expired on %(day)s. Blocked until a new one is there: %(blocked)s.") % {
            "document": self.document.get_document_type_display(),
            "day": day(self.document.expires_on),
            "blocked": Blocks(self.effect).label,
        }


def visible_to(user: User | AnonymousUser) -> QuerySet[Document]:
    """The documents that `user` may see: staff with the permission all, members of their own provider, others none."""
    documents = Document.objects.select_related("provider")
    if has_permission(user, "document.view"):
        return documents
    return documents.filter(provider__organisation__in=organisation_ids_with(user, "document.view"))


def with_people(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Who sent and who checked them ready, for pages and representations."""
    return documents.select_related("provider", "uploaded_by", "decided_by")


def slots_of(provider: Provider) -> list[Slot]:
    """Every type of document at `provider`, required ones first."""
    found = list(with_people(Document.objects.filter(provider=provider)))
    for document in found:
        document.provider = provider
    slots = [
        Slot(
            rule,
            next((one for one in found if one.document_type == name and one.status in CURRENT), None),
            tuple(one for one in found if one.document_type == name and one.status not in CURRENT),
        )
        for name, rule in all_rules().items()
    ]
    return sorted(slots, key=lambda slot: not slot.rule.is_required)


def due_of(provider: Provider, today: date) -> list[Slot]:
    """What the provider has to send: what is asked for anew, what is over, and required documents that are missing."""
    return [slot for slot in slots_of(provider) if slot.needs_sending(today)]


def blocks_of(provider: Provider, today: date) -> list[Block]:
    """What expired documents keep `provider` from on `today`, and why; empty when nothing is blocked."""
    effects = {name: rule.blocks for name, rule in all_rules().items() if rule.blocks != Blocks.NOTHING}
    expired = _expired(today).filter(provider=provider, document_type__in=effects).order_by("document_type")
    return [Block(document, effects[document.document_type]) for document in expired.select_related("provider")]


def blocks_in(slots: Iterable[Slot], today: date) -> list[Block]:
    """`blocks_of` among slots that were read already."""
    found = [
        Block(slot.document, slot.rule.blocks)
        for slot in slots
        if slot.document is not None and slot.rule.blocks != Blocks.NOTHING and _is_over(slot.document, today)
    ]
    return sorted(found, key=lambda block: block.document.document_type)


def find_block(provider: Provider, effects: tuple[str, ...], today: date) -> Block | None:
    """The first block of `provider` with one of `effects`, None when there is none."""
    return next((block for block in blocks_of(provider, today) if block.effect in effects), None)


def not_invitable(today: date) -> QuerySet[Document, int]:
    """Ids of the providers that an expired document keeps from new invitations on `today`."""
    types = [name for name, rule in all_rules().items() if rule.blocks in BLOCKS_INVITATIONS]
    return _expired(today).filter(document_type__in=types).values_list("provider", flat=True)


def due_for_notice(today: date) -> QuerySet[Document]:
    """Documents whose notice of the present step (30, 14, 7 days, or the day itself) was not sent yet."""
    step = Case(
        *(When(expires_on__lte=today + timedelta(days=days), then=Value(days)) for days in sorted(STEPS)),
        output_field=IntegerField(),
    )
    sent = DocumentNotice.objects.filter(document=OuterRef("pk"), step=OuterRef("due_step"))
    return (
        Document.objects.filter(status__in=LIVE, expires_on__lte=today + timedelta(days=max(STEPS)))
        .exclude(provider__status=ProviderStatus.CLEARED_OUT)
        .annotate(due_step=step)
        .filter(~Exists(sent))
        .order_by("expires_on", "pk")
    )


def step_of(document: Document, today: date) -> int | None:
    """Which notice is due: the smallest step that the days left have reached; None while there is time."""
    if document.expires_on is None:
        return None
    left = (document.expires_on - today).days
    return min((step for step in STEPS if left <= step), default=None)


def _is_over(document: Document, today: date) -> bool:
    past = document.expires_on is not None and document.expires_on <= today
    return document.status == DocumentStatus.EXPIRED or (document.status in LIVE and past)


def _expired(today: date) -> QuerySet[Document]:
    return Document.objects.filter(
        Q(status=DocumentStatus.EXPIRED) | Q(status__in=LIVE, expires_on__lte=today), status__in=CURRENT
    )
