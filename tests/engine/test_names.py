"""Company names: every way of writing one gives one form, and its core survives a change of name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.names import (
    CUTOFF,
    Name,
    PlaceMatch,
    compare_places,
    find_similar,
    grams,
    length_range,
    normalise,
    parse_name,
    search_pairs,
    similarity,
)

CORES = st.text(alphabet="金蹄银铃快风小草云abc12", min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ＡＢＣ　Ｌｉｖｅ", "abc live"),
        ("  Lantern   Commerce,  Co., Ltd. ", "lantern commerce co ltd"),
        ("杭州金蹄網絡科技有限公司", "杭州金蹄网络科技有限公司"),
        ("金蹄（杭州）電子商務", "金蹄(杭州)电子商务"),
        ("杭州 金蹄 网络", "杭州金蹄网络"),
        ("「金蹄」·直播", "金蹄直播"),
        ("乾坤文化", "乾坤文化"),
        ("Straße", "strasse"),
        ("①号店", "1号店"),
        ("", ""),
    ],
)
def test_one_form(text: str, plain: str) -> None:
    assert normalise(text) == plain


@pytest.mark.parametrize(
    ("text", "core", "city", "region"),
    [
        ("杭州金蹄网络科技有限公司", "金蹄", "杭州", "zhejiang"),
        ("杭州金蹄信息技术有限公司", "金蹄", "杭州", "zhejiang"),
        ("金蹄（杭州）電子商務有限責任公司", "金蹄", "杭州", "zhejiang"),
        ("浙江省杭州市余杭区金蹄文化传媒股份有限公司", "金蹄", "杭州", "zhejiang"),
        ("义乌市金蹄供应链管理有限公司", "金蹄", "金华", "zhejiang"),
        ("杭州金蹄网络科技有限公司上海分公司", "金蹄", "杭州", "zhejiang"),
        ("浙江金蹄控股集团", "金蹄", "", "zhejiang"),
        ("内蒙古自治区呼和浩特市小草商贸有限责任公司", "小草", "呼和浩特", "neimenggu"),
        ("中国金蹄集团", "金蹄", "", ""),
        ("长春藤文化传媒有限公司", "长春藤", "", ""),
        ("飞科技有限公司", "飞科技", "", ""),
        ("上海数据科技有限公司", "", "上海", "shanghai"),
        ("Lantern Commerce 12 Co., Ltd.", "lantern12", "", ""),
        ("Lantern Technology Group", "lantern", "", ""),
        ("集团", "", "", ""),
    ],
)
def test_parts(text: str, core: str, city: str, region: str) -> None:
    name = parse_name(text)
    assert (name.core, name.city, name.region) == (core, city, region)


def test_the_given_region_stands_in() -> None:
    assert parse_name("金蹄网络科技", "hunan").region == "hunan"
    assert parse_name("杭州金蹄网络科技", "hunan").region == "zhejiang"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("金蹄", "金蹄", 1.0),
        ("金蹄", "新金蹄", 0.8),
        ("金蹄", "银蹄", 0.5),
        ("lantern12", "lantern12", 1.0),
        ("lantern12", "lantern13", 4 / 9),
        ("", "", 0.0),
        ("金蹄", "", 0.0),
    ],
)
def test_similarity(one: str, other: str, expected: float) -> None:
    assert similarity(one, other) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("one", "other", "match"),
    [
        (("杭州", "zhejiang"), ("杭州", "zhejiang"), PlaceMatch.SAME_CITY),
        (("杭州", "zhejiang"), ("宁波", "zhejiang"), PlaceMatch.SAME_REGION),
        (("杭州", "zhejiang"), ("", "zhejiang"), PlaceMatch.SAME_REGION),
        (("杭州", "zhejiang"), ("长沙", "hunan"), PlaceMatch.ELSEWHERE),
        (("杭州", "zhejiang"), ("", ""), PlaceMatch.UNKNOWN),
        (("", ""), ("", ""), PlaceMatch.UNKNOWN),
    ],
)
def test_places(one: tuple[str, str], other: tuple[str, str], match: PlaceMatch) -> None:
    names = Name("a", *one, ()), Name("b", *other, ())
    assert compare_places(*names) == compare_places(*reversed(names)) == match


@given(st.text(max_size=40))
def test_normalising_is_idempotent(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(max_size=40))
def test_a_name_is_read_as_its_normal_form_is(text: str) -> None:
    assert parse_name(normalise(text)) == parse_name(text)


@given(CORES, CORES)
def test_similarity_is_symmetric_and_a_share(one: str, other: str) -> None:
    assert similarity(one, other) == similarity(other, one)
    assert 0.0 <= similarity(one, other) <= 1.0
    assert similarity(one, one) == 1.0


@given(CORES, st.lists(CORES, max_size=30))
def test_first_pass_loses_nothing(core: str, cores: list[str]) -> None:
    """What brute force finds has a searched pair and a fitting length, and is found."""
    wanted = {at for at, other in enumerate(cores) if similarity(core, other) >= CUTOFF}
    shortest, longest = length_range(core)
    for at in wanted:
        assert _is_searched(core, cores[at])
        assert shortest <= len(cores[at]) <= longest
    found = find_similar(core, cores)
    assert {at for at, _near in found} == wanted
    assert [near for _at, near in found] == sorted((near for _at, near in found), reverse=True)


@given(st.text("金云天地", min_size=1, max_size=40), st.data())
def test_a_core_changed_to_the_limit_is_searched(core: str, data: st.DataObject) -> None:
    """The strategy above seldom makes near cores; this one makes them by as many edits as the cutoff allows."""
    letters = list(core)
    for _ in range(data.draw(st.integers(0, len(core) // 2))):
        at = data.draw(st.integers(0, len(letters)))
        if data.draw(st.booleans()) or not letters[at : at + 1]:
            letters.insert(at, data.draw(st.sampled_from("金云")))
        elif len(letters) > 1:
            del letters[at]
    other = "".join(letters)
    if similarity(core, other) >= CUTOFF:
        assert _is_searched(core, other)
        assert length_range(core)[0] <= len(other) <= length_range(core)[1]


@pytest.mark.parametrize(
    ("core", "pairs"),
    [
        ("金", [("^金", "金$")]),
        ("金蹄", [("金蹄", "^金"), ("金蹄", "蹄$"), ("^金", "蹄$")]),
        ("金金金", [("金金", "金金"), ("^金", "^金"), ("金$", "金$")]),
    ],
)
def test_a_name_is_searched_by_pairs_of_grams(core: str, pairs: list[tuple[str, str]]) -> None:
    assert search_pairs(core) == pairs


def test_a_long_name_is_searched_by_single_grams() -> None:
    """Of the 21 grams of 20 different letters 13 may differ; any 14 hold one of the other 8."""
    pairs = search_pairs("abcdefghijklmnopqrst")
    assert len(pairs) == 14
    assert all(one == other and "^" not in one and "$" not in one for one, other in pairs)


def test_an_empty_core_is_like_nothing() -> None:
    assert grams("") == []
    assert find_similar("", ["金蹄"]) == []
    assert find_similar("金蹄", []) == []


def _is_searched(core: str, other: str) -> bool:
    return any({*pair} <= {*grams(other)} for pair in search_pairs(core))
