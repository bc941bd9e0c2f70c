"""Unified social credit codes and the portal's own."""

import pytest

from common.exceptions import InvalidInput
from providers.registry.codes import format_code, read_uscc

CODE = "91110000600037341L"


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        CODE.lower(),
        f"  {CODE} ",
        "9111 0000 6000 3734 1L",
        "91110000-600037341-L",
        "９１１１００００６０００３７３４１Ｌ",
        "91110000　600037341L",
    ],
)
def test_one_form_whatever_the_spelling(text: str) -> None:
    assert read_uscc(text) == CODE


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("911100006000373410", "check digit"),
        ("91110000600037341M", "check digit"),
        ("91110000600037431L", "check digit"),
        ("9111000060003734", "18 characters, this one has 16"),
        ("", "18 characters, this one has 0"),
        ("91110000600037341LL", "18 characters, this one has 19"),
        ("9111000060003734IL", "cannot stand there"),
        ("A1110000600037341L", "cannot stand there"),
        ("91110000600037341公", "cannot stand there"),
    ],
)
@pytest.mark.usefixtures("english")
def test_what_cannot_be_a_code_names_the_field(text: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_uscc(text)
    assert refusal.value.field == "uscc"
    assert says in str(refusal.value.message)
    assert refusal.value.remedy


@pytest.mark.parametrize(("pk", "code"), [(1, "P000001"), (123, "P000123"), (1_000_000, "P1000000")])
def test_public_codes(pk: int, code: str) -> None:
    assert format_code("P", pk) == code
