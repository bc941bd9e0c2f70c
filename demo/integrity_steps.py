"""Evidence is kept honest in the demo world: a related shop, a dispute that is upheld, orders that were ruled fake."""

from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from accounts.roles import Role
from demo.cast import Cast
from demo.clock import at_night
from merchants.registry.identity_services import ShopRow, import_shop_identifiers
from providers.registry.models import Provider
from providers.relations.services import declare_identifiers
from scoring.disputes.decision_services import uphold_dispute
from scoring.disputes.services import Upload, open_dispute
from scoring.facts.adjustment_services import FakeOrders, enter_fake_orders
from scoring.facts.rows import FactRow, Slice, read_rows

PHONE = "137 0571 2022"
FAKE_ORDERS = 5
SHOWN = ("refunded_orders", "orders", "gmv_minor")
STATEMENT = b"BT /F1 12 Tf 72 720 Td (Statement of refunds by shop) Tj ET"


def relate_a_shop(cast: Cast, star: int, *, now: datetime) -> str:
    """A shop and the star provider share a phone; gives the shop's code. The search runs as a job."""
    provider = cast.providers[star]
    declare_identifiers(provider_id=provider.pk, by=cast.owners[star], phones=[PHONE], now=now)
    code = recent_rows(provider, now.date())[-1].merchant
    officer = cast.staff[Role.CONDUCT_OFFICER]
    import_shop_identifiers(rows=[ShopRow(code, "phone", PHONE)], by=officer, now=now)
    return code


def correct_facts(cast: Cast, star: int, orders: NDArray[np.int64], *, related: str, today: date) -> None:
    """The star disputes refunds that were another shop's and is right; another provider loses fake orders."""
    now = at_night(today) + timedelta(hours=7)
    provider = cast.providers[star]
    rows = [row for row in recent_rows(provider, today) if row.merchant != related]
    wrong = max(rows, key=lambda row: row.values[0])
    dispute = open_dispute(
        provider_id=provider.pk,
        column="refunded_orders",
        day_from=wrong.day,
        day_to=wrong.day,
        merchant=wrong.merchant,
        trader=wrong.trader,
        should_be=wrong.values[0] // 2,
        statement="其中一半退款属于另一家店铺，见对账单。",
        files=[Upload("对账单.pdf", [draw_statement()])],
        by=cast.owners[star],
        now=now,
    )
    appeals = cast.staff[Role.APPEALS_OFFICER]
    note = "对账单证实这些退款属于另一家店铺。"
    uphold_dispute(dispute_id=dispute.pk, by=appeals, note=note, now=now + timedelta(hours=1))
    busiest = next(int(index) for index in np.argsort(orders)[::-1] if index != star)
    faked = max(recent_rows(cast.providers[busiest], today), key=lambda row: row.values[1])
    enter_fake_orders(
        entries=[entry_of(cast.providers[busiest], faked)],
        reason="同一设备批量下单，收货地址为店铺自有仓库。",
        by=cast.staff[Role.CONDUCT_OFFICER],
        now=now + timedelta(hours=2),
    )


def recent_rows(provider: Provider, today: date) -> list[FactRow]:
    """The provider's facts of the last months that have settled, the youngest first."""
    until = today - timedelta(days=15)
    return read_rows(Slice(provider.code, until - timedelta(days=60), until), SHOWN, limit=500)


def entry_of(provider: Provider, row: FactRow) -> FakeOrders:
    """Some orders of a row with their share of its GMV."""
    taken = min(FAKE_ORDERS, row.values[1])
    gmv = row.values[2] * taken // row.values[1]
    return FakeOrders(provider.code, row.merchant, row.day, taken, gmv, trader=row.trader)


def draw_statement() -> bytes:
    """A PDF of one page, as the provider's bank would print it."""
    return (
        b"%%PDF-1.4\n1 0 obj<</Type /Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type /Pages/Count 1/Kids[3 0 R]>>endobj\n"
        b"3 0 obj<</Type /Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>endobj\n"
        b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n"
        % (len(STATEMENT), STATEMENT)
    )
