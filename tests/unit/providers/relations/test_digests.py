"""What is kept of an identifier: the same hash for every way of writing, nothing that can be read back."""

import pytest
from django.test import override_settings

from common.exceptions import InvalidInput
from providers.relations.digests import READERS, person, seal, seal_representative
from providers.relations.enums import REASON_OF_KIND, IdentifierKind, Reason
from tests.factories.providers import make_uscc


@pytest.mark.parametrize(
    ("kind", "ways", "masked"),
    [
        ("phone", ["13800130000", "+86 138 0013 0000", "0086-138-0013-0000", "１３８００１３００００"], "138****0000"),
        ("phone", ["0571 8888 0000", "+86 571 88880000", "(0571)8888-0000"], "571****0000"),
        ("bank_account", ["6222 0212 0000 1234", "6222-0212-0000-1234"], "622****1234"),
        ("address", ["杭州市文三路8号 3号楼 502室", "杭州市文三路８号３栋502房间"], "杭州市文三路****"),
        ("representative_name", ["王小明", " 王 小明 "], "王**"),
        ("legal_representative", ["王小明/12345x", "王 小明/12345x"], "王**"),
        ("trader", ["李四/123456"], "李*"),
        ("device", ["A1B2-C3D4-E5F6", " a1b2-c3d4-e5f6"], "a1b****e5f6"),
        ("company", [make_uscc(7), f" {make_uscc(7).lower()}"], f"913****{make_uscc(7)[-4:]}"),
    ],
)
def test_every_way_of_writing_gives_one_hash(kind: str, ways: list[str], masked: str) -> None:
    sealed = [seal(kind, way) for way in ways]
    assert {item.digest for item in sealed} == {sealed[0].digest}
    assert {item.masked for item in sealed} == {masked}
    assert len(sealed[0].digest) == 64


def test_the_hash_depends_on_kind_value_and_key() -> None:
    plain = seal("phone", "13800130000").digest
    assert seal("phone", "13800130001").digest != plain
    assert seal("device", "13800130000").digest != plain
    with override_settings(IDENTITY_KEY="another key of thirty-two letters"):
        assert seal("phone", "13800130000").digest != plain


def test_a_representative_is_a_person_only_with_the_identity_number() -> None:
    assert [item.kind for item in seal_representative("王小明")] == ["representative_name"]
    full = seal_representative("王小明", "12345X")
    assert [item.kind for item in full] == ["representative_name", "legal_representative"]
    assert full[1].digest == seal_representative("王小明", "12345x")[1].digest
    assert full[1].digest != seal_representative("王小明", "123456")[1].digest


@pytest.mark.parametrize(
    ("kind", "value", "field"),
    [
        ("phone", "12345", "phone"),
        ("phone", "call me", "phone"),
        ("bank_account", "12", "bank_account"),
        ("address", "here", "address"),
        ("representative_name", "王", "representative"),
        ("device", "short", "value"),
        ("company", "911100006000373410", "uscc"),
        ("shoe_size", "42", "kind"),
    ],
)
def test_what_cannot_be_one_is_refused(kind: str, value: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        seal(kind, value)
    assert refusal.value.field == field
    assert refusal.value.remedy


@pytest.mark.parametrize("tail", ["", "12345", "1234567", "x12345", "abcdef"])
def test_the_end_of_an_identity_number(tail: str) -> None:
    with pytest.raises(InvalidInput):
        person("王小明", tail)


def test_every_kind_is_read_and_is_a_reason() -> None:
    assert set(READERS) == set(IdentifierKind.values) == set(REASON_OF_KIND)
    assert set(REASON_OF_KIND.values()) < set(Reason)
