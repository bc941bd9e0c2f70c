from decimal import Decimal

import pytest
from django.utils.translation import override

from common.money import Money
from common.templatetags.paddock import money, number, percent


def test_conversion_is_exact() -> None:
    assert Money.from_major(Decimal("12.34")).minor == 1234
    assert Money.from_major(Decimal("500"), "JPY").minor == 500
    assert Money(1234).major == Decimal("12.34")
    with pytest.raises(ValueError, match="more decimals"):
        Money.from_major(Decimal("0.001"))


def test_arithmetic_stays_in_one_currency() -> None:
    assert Money(100) + Money(1) - Money(2) == Money(99)
    with pytest.raises(ValueError, match="CNY with USD"):
        Money(1) + Money(1, "USD")


@pytest.mark.parametrize(("language", "text"), [("en", "CN¥50,000.00"), ("zh-hans", "¥50,000.00")])
def test_money_reads_by_locale(language: str, text: str) -> None:
    with override(language):
        assert money(5_000_000) == text


def test_nothing_is_a_dash() -> None:
    assert (money(None), number(None), percent(None)) == ("—", "—", "—")


def test_numbers_read_by_locale() -> None:
    with override("en"):
        assert (number(1234567), number(0.5, 2), percent(0.153, 1)) == ("1,234,567", "0.50", "15.3%")
