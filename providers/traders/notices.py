"""What a provider is told about its people."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.notices.texts import NoticeText
from providers.enums import Capability

_TRADER = ("provider:trader_detail", ("code",))
_CLAIMS = "provider:claim_list"

NOTICES: dict[str, NoticeText] = {
    "trader_verified": NoticeText(
        _("%(name)s is verified"), _("The platform checked who %(name)s (%(code)s) is."), *_TRADER
    ),
    "trader_refused": NoticeText(
        _("%(name)s could not be verified"),
        _("The platform refused the verification of %(name)s (%(code)s): %(reason)s Mend it and ask again."),
        *_TRADER,
    ),
    "trader_wanted": NoticeText(
        _("Does %(name)s still work for you?"),
        _(
            "Another provider wants to register %(name)s (%(code)s), who is recorded as working for you. "
            "If %(name)s has left, record the leaving."
        ),
        *_TRADER,
    ),
    "certificate_issued": NoticeText(
        _("%(name)s is certified"),
        _("%(name)s (%(code)s) has a new certificate. It holds until %(expires_on)s."),
        *_TRADER,
    ),
    "certificate_due": NoticeText(
        _("The certificate of %(name)s ends soon"),
        _("The certificate of %(name)s (%(code)s) ends on %(expires_on)s. Have it renewed before that day."),
        *_TRADER,
    ),
    "certificate_expired": NoticeText(
        _("The certificate of %(name)s has ended"),
        _("%(name)s (%(code)s) is a trainee again since %(expires_on)s, and counts for no capability."),
        *_TRADER,
    ),
    "certificate_revoked": NoticeText(
        _("The certificate of %(name)s was revoked"),
        _("%(name)s (%(code)s) is a trainee again. The reason: %(reason)s"),
        *_TRADER,
    ),
    **{
        f"claim_thin_{capability.value}": NoticeText(
            format_lazy(_("{capability} rests on one person"), capability=capability.label),
            format_lazy(
                _("Only one certified trader is left for {capability}. When he or she leaves, the capability is lost."),
                capability=capability.label,
            ),
            _CLAIMS,
        )
        for capability in Capability
    },
    **{
        f"claim_unsupported_{capability.value}": NoticeText(
            format_lazy(_("{capability} is not supported any more"), capability=capability.label),
            format_lazy(
                _("No certified trader is left for {capability}. It does not count until you have one certified."),
                capability=capability.label,
            ),
            _CLAIMS,
        )
        for capability in Capability
    },
}
