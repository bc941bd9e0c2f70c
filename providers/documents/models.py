"""A document of a provider, the rule of its type, and the notices sent before it expires."""

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from common.validation import Checked
from providers.documents.enums import CURRENT, LIVE, SUFFIXES, Blocks, DocumentStatus, DocumentType, FileKind
from providers.documents.limits import MAX_BYTES, STEPS
from providers.registry.models import Provider


@pghistory.track()
class DocumentRule(Versioned):
    """What one type of document needs. A type without a row follows providers.documents.rules.DEFAULTS."""

    document_type = models.CharField(_("Document"), max_length=30, choices=DocumentType, unique=True)
    is_required = models.BooleanField(_("Required at the door"), default=False)
    has_expiry = models.BooleanField(_("Must name its expiry"), default=False)
    blocks = models.CharField(_("Its expiry blocks"), max_length=20, choices=Blocks, default=Blocks.NOTHING)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(document_type__in=DocumentType.values), name="document_rule_type_known"),
            models.CheckConstraint(condition=Q(blocks__in=Blocks.values), name="document_rule_blocks_known"),
        ]

    def __str__(self) -> str:
        return str(self.get_document_type_display())


@pghistory.track()
class Document(Versioned):
    """A file that a provider sent as one type of document. `path` is relative to the media folder and never shown;
    `kind` is what its content is. A newer one of the same type supersedes it."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="documents")
    document_type = models.CharField(_("Document"), max_length=30, choices=DocumentType)
    status = models.CharField(_("Status"), max_length=16, choices=DocumentStatus, default=DocumentStatus.UPLOADED)
    issued_on = models.DateField(_("Issued on"))
    expires_on = models.DateField(_("Expires on"), null=True, blank=True)
    file_name = models.CharField(_("File"), max_length=120)
    path = models.CharField(max_length=80, unique=True)
    kind = models.CharField(_("Format"), max_length=20, choices=FileKind)
    size = models.PositiveIntegerField(_("Size"), validators=[MinValueValidator(1), MaxValueValidator(MAX_BYTES)])
    digest = models.CharField(_("SHA-256"), max_length=64)
    uploaded_at = models.DateTimeField(_("Sent at"), default=timezone.now)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("Checked at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("What to change"), max_length=2000, blank=True)
    superseded_at = models.DateTimeField(_("Superseded at"), null=True, blank=True)
    superseded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        indexes = [
            models.Index(fields=["status", "uploaded_at"], name="document_queue"),
            models.Index(fields=["expires_on"], condition=Q(status__in=LIVE), name="document_expiring"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=DocumentStatus.values), name="document_status_known"),
            models.CheckConstraint(condition=Q(document_type__in=DocumentType.values), name="document_type_known"),
            models.CheckConstraint(condition=Q(kind__in=FileKind.values), name="document_kind_known"),
            models.CheckConstraint(condition=Q(size__range=(1, MAX_BYTES)), name="document_size_in_range"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="document_digest_is_one"),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(expires_on__gte=F("issued_on")),
                name="document_days_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(status=DocumentStatus.EXPIRED) | Q(expires_on__isnull=False),
                name="document_expired_has_day",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="document_decision_pair",
            ),
            models.CheckConstraint(
                condition=Q(status=DocumentStatus.UPLOADED, decided_at__isnull=True)
                | Q(status__in=(DocumentStatus.ACCEPTED, DocumentStatus.REVISION_ASKED), decided_at__isnull=False)
                | Q(status__in=(DocumentStatus.SUPERSEDED, DocumentStatus.EXPIRED)),
                name="document_decided_past_upload",
            ),
            models.CheckConstraint(
                condition=~Q(status=DocumentStatus.REVISION_ASKED) | ~Q(note=""),
                name="document_revision_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(status=DocumentStatus.SUPERSEDED, superseded_at__isnull=False, superseded_by__isnull=False)
                | (~Q(status=DocumentStatus.SUPERSEDED) & Q(superseded_at__isnull=True, superseded_by__isnull=True)),
                name="document_supersession_pair",
            ),
            models.UniqueConstraint(
                fields=["provider", "document_type"], condition=Q(status__in=CURRENT), name="document_one_current"
            ),
            models.UniqueConstraint(fields=["provider", "document_type", "digest"], name="document_bytes_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_document_type_display()} · {self.provider.code}"

    @property
    def download_name(self) -> str:
        """The name under which it is saved by who downloads it: ours, with the suffix of its content."""
        return f"{self.provider.code}-{self.document_type}-{self.pk}.{SUFFIXES[self.kind]}"


class DocumentNotice(Checked):
    """One of the notices before an expiry was sent; `step` is the number of days ahead that it stands for."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="notices")
    step = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "step"], name="document_notice_once"),
            models.CheckConstraint(condition=Q(step__in=STEPS), name="document_notice_step_known"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} · {self.step}"
