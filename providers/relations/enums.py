"""Kinds of identifiers, reasons why two parties are linked, states of a link."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdentifierKind(models.TextChoices):
    """What two parties may share. Each is the reason of the same name for a link."""

    COMPANY = "company", _("Unified social credit code")
    LEGAL_REPRESENTATIVE = "legal_representative", _("Legal representative")
    REPRESENTATIVE_NAME = "representative_name", _("Name of the legal representative")
    PHONE = "phone", _("Phone")
    BANK_ACCOUNT = "bank_account", _("Bank account")
    ADDRESS = "address", _("Address")
    DEVICE = "device", _("Device")
    TRADER = "trader", _("Trader")


class IdentifierSource(models.TextChoices):
    REGISTRY = "registry", _("Registration")
    APPLICATION = "application", _("Application")
    DECLARED = "declared", _("Declared by the company")
    TRADERS = "traders", _("Traders")
    PLATFORM = "platform", _("The platform's own records")
    BARRED_LIST = "barred_list", _("Barred list")


class Reason(models.TextChoices):
    """The reason code of one step from a party to the next."""

    SAME_COMPANY = "same_company", _("Same unified social credit code")
    SAME_LEGAL_REPRESENTATIVE = "same_legal_representative", _("Same legal representative")
    SAME_REPRESENTATIVE_NAME = "same_representative_name", _("Legal representatives of the same name")
    SAME_PHONE = "same_phone", _("Same phone")
    SAME_BANK_ACCOUNT = "same_bank_account", _("Same bank account")
    SAME_ADDRESS = "same_address", _("Same address")
    SAME_DEVICE = "same_device", _("Same device")
    SAME_TRADER = "same_trader", _("Same trader")
    SAME_OWNER = "same_owner", _("Same owner in the portal")
    SIMILAR_NAME = "similar_name", _("Similar name")
    KNOWN_TO_STAFF = "known_to_staff", _("Known to the platform")


REASON_OF_KIND = {kind: Reason(f"same_{kind}") for kind in IdentifierKind.values}


class LinkStatus(models.TextChoices):
    HELD = "held", _("Held")
    CONTESTED = "contested", _("Contested")
    UPHELD = "upheld", _("Upheld")
    LIFTED = "lifted", _("Lifted")
    OVERRIDDEN = "overridden", _("Overridden")


OPEN = (LinkStatus.HELD, LinkStatus.CONTESTED)
BLOCKING = (LinkStatus.HELD, LinkStatus.CONTESTED, LinkStatus.UPHELD)
DECIDED = (LinkStatus.UPHELD, LinkStatus.LIFTED, LinkStatus.OVERRIDDEN)
