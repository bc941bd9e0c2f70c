"""Shops that belong to a provider's own people: found in both registries, kept apart from innocent ones."""

from datetime import UTC, datetime

import pytest

from accounts.models import Notice
from accounts.roles import Role
from common.exceptions import Conflict, InvalidInput, NotPermitted
from common.jobs.models import Job
from merchants.registry.identity_models import MerchantIdentifier
from merchants.registry.identity_services import RELATE, ShopRow, import_shop_identifiers, relate_merchants
from merchants.registry.models import Merchant
from providers.registry.models import Provider
from providers.relations.services import FeedRow, import_identifiers
from scoring.facts.related_models import RelatedMerchant
from scoring.facts.related_services import FoundPair, Kept, end_related, keep_related, record_related
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.merchants import make_merchant
from tests.factories.providers import make_provider, owner_of, unchanged
from tests.factories.relations import declare

pytestmark = pytest.mark.django_db

PHONE, ACCOUNT = "138 0013 8000", "6222 0210 0101 2345"
NIGHT = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)


def know(merchant: Merchant, kind: str, value: str) -> None:
    import_shop_identifiers(rows=[ShopRow(merchant.code, kind, value)], by=make_staff(Role.CONDUCT_OFFICER))


def pairs() -> list[tuple[str, str, list[str]]]:
    rows = RelatedMerchant.objects.filter(ended_at=None).order_by("provider", "merchant")
    return [(row.provider.code, row.merchant, row.reasons) for row in rows]


@pytest.fixture
def provider() -> Provider:
    provider = make_provider(status="admitted")
    declare(provider, phones=[PHONE], bank_account=ACCOUNT, address="杭州市西湖区文三路1号2幢301室")
    return provider


def test_a_shared_phone_ties_a_shop_to_a_provider(provider: Provider) -> None:
    shop = make_merchant()
    know(shop, "phone", "+86 138-0013-8000")
    assert relate_merchants(now=NIGHT) == Kept(added=1, changed=0, ended=0)
    assert pairs() == [(provider.code, shop.code, ["same_phone"])]
    row = RelatedMerchant.objects.get()
    assert (row.strength, row.recorded_by, len(row.grounds)) == (0.7, None, 1)
    notice = Notice.objects.get(kind="related.found")
    assert (notice.organisation_id, notice.parameters) == (provider.organisation_id, {"merchant": shop.code})
    assert relate_merchants(now=NIGHT) == Kept(0, 0, 0)


def test_an_address_alone_says_too_little_and_two_reasons_add_up(provider: Provider) -> None:
    shop = make_merchant()
    know(shop, "address", "杭州市西湖区文三路1号2栋301房")
    assert relate_merchants(now=NIGHT).added == 0
    know(shop, "device", "device-000001")
    declare_device(provider, "device-000001")
    # 0.35 and 0.5 leave a doubt of 0.65 * 0.5.
    assert relate_merchants(now=NIGHT).added == 1
    assert RelatedMerchant.objects.get().strength == 0.675
    assert pairs()[0][2] == ["same_address", "same_device"]


def declare_device(provider: Provider, device: str) -> None:
    import_identifiers(rows=[FeedRow(provider.code, "device", device)], by=make_staff(Role.CONDUCT_OFFICER))


def test_the_same_owner_in_the_portal(provider: Provider) -> None:
    owner = owner_of(provider)
    shop = make_merchant()
    make_member(shop.organisation, Role.MERCHANT_OWNER, owner)
    operator = make_merchant()
    make_member(operator.organisation, Role.MERCHANT_OPERATOR, owner)
    relate_merchants(now=NIGHT)
    assert pairs() == [(provider.code, shop.code, ["same_owner"])]


def test_through_a_sister_company(provider: Provider) -> None:
    sister = make_provider(status="admitted")
    declare(sister, bank_account=ACCOUNT)
    shop = make_merchant()
    make_member(shop.organisation, Role.MERCHANT_OWNER, owner_of(sister))
    relate_merchants(now=NIGHT)
    # 0.85 for the owner, times 0.9 for the common account.
    assert pairs() == [
        (provider.code, shop.code, ["same_bank_account", "same_owner"]),
        (sister.code, shop.code, ["same_owner"]),
    ]
    strengths = dict(RelatedMerchant.objects.values_list("provider__code", "strength"))
    assert strengths == {provider.code: 0.765, sister.code: 0.85}


def test_two_providers_of_one_shop_are_no_relatives_by_it(provider: Provider) -> None:
    other = make_provider(status="admitted")
    declare(other, phones=["13900139000"])
    shop, far = make_merchant(), make_merchant()
    know(shop, "phone", PHONE)
    know(far, "phone", "13900139000")
    know(shop, "phone", "13900139000")
    relate_merchants(now=NIGHT)
    assert pairs() == [
        (provider.code, shop.code, ["same_phone"]),
        (other.code, shop.code, ["same_phone"]),
        (other.code, far.code, ["same_phone"]),
    ]


def test_what_many_share_ties_nobody(provider: Provider) -> None:
    shops = [make_merchant() for _ in range(12)]
    rows = [ShopRow(shop.code, "phone", PHONE) for shop in shops]
    import_shop_identifiers(rows=rows, by=make_staff(Role.CONDUCT_OFFICER))
    relate_merchants(now=NIGHT)
    assert pairs() == []


def test_what_is_gone_ends_and_what_a_person_ended_stays_ended(provider: Provider) -> None:
    shop, officer = make_merchant(), make_staff(Role.CONDUCT_OFFICER)
    know(shop, "phone", PHONE)
    relate_merchants(now=NIGHT)
    first = RelatedMerchant.objects.get()
    end_related(related_id=first.pk, by=officer, note="The number was sold.", version=first.version)
    assert relate_merchants(now=NIGHT) == Kept(0, 0, 0)
    know(shop, "bank_account", ACCOUNT)
    assert relate_merchants(now=NIGHT) == Kept(1, 0, 0)
    MerchantIdentifier.objects.update(ended_at=datetime(2099, 1, 1, tzinfo=UTC))
    # Given up both: 0.7 * 0.7 and 0.9 * 0.7 leave a doubt of 0.51 * 0.37.
    assert relate_merchants(now=NIGHT) == Kept(0, 1, 0)
    assert RelatedMerchant.objects.get(ended_at=None).strength == 0.8113
    assert keep_related(found=[], now=datetime(2099, 1, 2, tzinfo=UTC)) == Kept(0, 0, 1)


def test_what_a_person_recorded_is_not_ended_by_the_search(provider: Provider) -> None:
    row = record_related(provider_id=provider.pk, merchant="M9", note="Kin.", by=make_staff(Role.CONDUCT_OFFICER))
    found = FoundPair(provider.pk, "M9", ("same_phone",), 0.7, ("a" * 32,))
    assert keep_related(found=[found]) == Kept(0, 0, 0)
    assert keep_related(found=[]) == Kept(0, 0, 0)
    row.refresh_from_db()
    assert (row.is_open, row.reasons) == (True, ["known_to_staff"])


def test_a_feed_is_taken_whole_or_not_at_all() -> None:
    shop, officer = make_merchant(), make_staff(Role.CONDUCT_OFFICER)
    good = ShopRow(shop.code, "phone", PHONE)
    for bad in (
        ShopRow("M000000X", "phone", PHONE),
        ShopRow(shop.code, "phone", "12"),
        ShopRow(shop.code, "shoe", "44"),
    ):
        with unchanged(), pytest.raises(InvalidInput) as refusal:
            import_shop_identifiers(rows=[good, bad], by=officer)
        assert "2" in str(refusal.value.message)
    with unchanged(), pytest.raises(InvalidInput):
        import_shop_identifiers(rows=[], by=officer)
    assert import_shop_identifiers(rows=[good, good], by=officer) == 1
    assert import_shop_identifiers(rows=[good], by=officer) == 0
    row = MerchantIdentifier.objects.get()
    assert (row.masked, PHONE in row.digest) == ("138****8000", False)
    assert Job.objects.filter(name=RELATE).count() == 2
    stranger = make_user()
    with unchanged(), pytest.raises(NotPermitted):
        import_shop_identifiers(rows=[good], by=stranger)


def test_who_may_end_a_pair_and_how(provider: Provider) -> None:
    officer = make_staff(Role.CONDUCT_OFFICER)
    row = record_related(provider_id=provider.pk, merchant="M9", note="Kin.", by=officer)
    auditor = make_staff(Role.AUDITOR)
    for person in (owner_of(provider), auditor):
        with unchanged(), pytest.raises(NotPermitted):
            end_related(related_id=row.pk, by=person, note="Mine.")
    with unchanged(), pytest.raises(InvalidInput):
        end_related(related_id=row.pk, by=officer, note=" ")
    end_related(related_id=row.pk, by=officer, note="Sold.")
    with unchanged(), pytest.raises(Conflict):
        end_related(related_id=row.pk, by=officer, note="Again.")
    with unchanged(), pytest.raises(InvalidInput):
        record_related(provider_id=provider.pk, merchant="M8", note="", by=officer)
