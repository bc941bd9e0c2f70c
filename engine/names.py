"""Company names: one form for all ways of writing, the part that names the company, and how near two of them are.

A name such as 杭州金蹄网络科技有限公司 says where (杭州), who (金蹄, the core), what for (网络科技) and in which legal
form. Who comes back under a new name keeps the core and often the place; so cores are compared, places are weighed, and
words for the trade count for nothing.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from opencc import OpenCC
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from engine import name_words as words

CUTOFF = 0.8  # below it two cores are different names; `search_pairs` finds every name at or above it
_ROUNDING = 1e-9
_MOST_PAIRED = 12  # 66 pairs
_ROUNDS = 5  # more than any text needs; a bound all the same
_HAN = "\u3400-\u9fff"
_BRACKETS = re.compile(r"\(([^()]*)\)")
_SPACE_BESIDE_HAN = re.compile(rf"(?<=[{_HAN}]) | (?=[{_HAN}])")
_DIGITS = re.compile(r"\d+")


class PlaceMatch(StrEnum):
    """How the places of two companies agree."""

    SAME_CITY = "same_city"
    SAME_REGION = "same_region"
    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Name:
    """A company name in parts; `core` is empty when nothing in it names this company alone."""

    core: str
    city: str
    region: str
    trades: tuple[str, ...]


def normalise(text: str) -> str:
    """One form for full and half width, capitals, punctuation, traditional and simplified characters. Idempotent."""
    for _ in range(_ROUNDS):
        cleaner = _clean(text)
        if cleaner == text:
            break
        text = cleaner
    return text


def parse_name(text: str, region: str = "") -> Name:
    """The parts of a company name; `region` (pinyin of a province) stands in where the name says no place."""
    rest, places = _take_brackets(normalise(text))
    rest = _drop_forms(rest)
    rest, trades = _split_trades(_drop_places(rest, places))
    city = next((place for place in places if place in _REGION_OF_CITY), "")
    named = next((_REGION_OF_PLACE[place] for place in places), "")
    return Name(core=rest.replace(" ", ""), city=city, region=named or region, trades=tuple(trades))


def similarity(one: str, other: str) -> float:
    """How near two cores are, 0 to 1, the same both ways. Different figures in them mean different companies."""
    if not one or not other:
        return 0.0
    near = Indel.normalized_similarity(one, other)
    return near if _DIGITS.findall(one) == _DIGITS.findall(other) else near / 2


def find_similar(core: str, cores: Sequence[str], cutoff: float = CUTOFF) -> list[tuple[int, float]]:
    """Positions in `cores` of those at least `cutoff` near to `core`, with their similarity, the nearest first."""
    if not core or not cores:
        return []
    near: NDArray[np.float32] = cdist(
        [core], cores, scorer=Indel.normalized_similarity, score_cutoff=cutoff, dtype=np.float32
    )[0]
    found = [(at, similarity(core, cores[at])) for at in np.flatnonzero(near > 0).tolist()]
    return sorted((pair for pair in found if pair[1] >= cutoff), key=lambda pair: (-pair[1], pair[0]))


def grams(core: str) -> list[str]:
    """Pairs of neighbouring characters, the ends marked."""
    marked = f"^{core}$"
    return sorted({marked[at : at + 2] for at in range(len(marked) - 1)}) if core else []


def search_pairs(core: str) -> list[tuple[str, str]]:
    """Pairs of grams such that every core at or above CUTOFF against `core` has both of at least one pair.

    At CUTOFF, d deleted and i inserted of n characters satisfy (2 - CUTOFF) d + CUTOFF i <= 2 (1 - CUTOFF) n; they
    touch at most 2 d + i grams, so the other k are shared. Any k - 2 grams may be left unsearched, for two of the rest
    are shared still. Left out are the ends first, which many names have in common. Where the pairs would be too many,
    and where k is 1, a gram is paired with itself.
    """
    inner_first = sorted(grams(core), key=lambda gram: (gram[0] == "^" or gram[-1] == "$", gram))
    shared = len(inner_first) - _most_touched(len(core))
    searched = inner_first[: len(inner_first) - shared + 2]
    if shared >= 2 and len(searched) <= _MOST_PAIRED:
        return list(combinations(searched, 2))
    return [(gram, gram) for gram in inner_first[: len(inner_first) - max(1, shared) + 1]]


def length_range(core: str) -> tuple[int, int]:
    """The shortest and the longest core that can reach CUTOFF against `core`."""
    shortest, longest = len(core) * CUTOFF / (2 - CUTOFF), len(core) * (2 - CUTOFF) / CUTOFF
    return math.ceil(shortest - _ROUNDING), math.floor(longest + _ROUNDING)


def compare_places(one: Name, other: Name) -> PlaceMatch:
    """Whether two companies are of one city, of one region, of two, or whether nobody can say."""
    if one.city and one.city == other.city:
        return PlaceMatch.SAME_CITY
    if not one.region or not other.region:
        return PlaceMatch.UNKNOWN
    return PlaceMatch.SAME_REGION if one.region == other.region else PlaceMatch.ELSEWHERE


def _most_touched(length: int) -> int:
    """How many grams of a core of `length` may differ in another one at CUTOFF."""
    room = 2 * (1 - CUTOFF) * length + _ROUNDING
    return max(
        2 * deleted + math.floor((room - (2 - CUTOFF) * deleted + _ROUNDING) / CUTOFF)
        for deleted in range(math.floor(room / (2 - CUTOFF)) + 1)
    )


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _converter().convert(text)
    text = "".join(letter if letter.isalnum() or letter in "()" else " " for letter in text)
    return _SPACE_BESIDE_HAN.sub("", " ".join(text.split()))


def _place_in(text: str) -> str:
    """The known place that `text` is, with or without its rank, else nothing."""
    for end in ("", *_PLACE_ENDS):
        if text.endswith(end) and text[: len(text) - len(end)] in _REGION_OF_PLACE:
            return _CITY_OF_DISTRICT.get(text[: len(text) - len(end)], text[: len(text) - len(end)])
    return ""


def _take_brackets(text: str) -> tuple[str, list[str]]:
    places: list[str] = []

    def keep(match: re.Match[str]) -> str:
        inner = match.group(1).strip()
        place = _place_in(inner)
        if place:
            places.append(place)
        return "" if place or inner in _LEGAL_FORMS or inner == "中国" else inner

    return _BRACKETS.sub(keep, text).replace("(", "").replace(")", "").strip(), places


def _drop_forms(text: str) -> str:
    """Without legal forms at the end; of a branch its place goes too, since the company stands elsewhere."""
    before = None
    while before != text:
        before = text
        for form in _BRANCH_FORMS:
            if text.endswith(form):
                text = _drop_last_place(text.removesuffix(form))
        form = next((form for form in _LEGAL_FORMS if text.endswith(form)), "")
        text = text.removesuffix(form)
        parts = text.split(" ")
        while len(parts) > 1 and parts[-1] in _LATIN_FORMS:
            parts.pop()
        text = " ".join(parts)
    return text


def _drop_last_place(text: str) -> str:
    for length in range(min(len(text) - 1, _LONGEST_PLACE), 1, -1):
        if _place_in(text[-length:]):
            return text[:-length]
    return text


def _drop_places(text: str, places: list[str]) -> str:
    """Without places at the front, unless a single character would be left: 长春藤 is no 藤 of 长春."""
    text = text.removeprefix("中国") if len(text) > 3 else text
    while True:
        for length in range(min(len(text), _LONGEST_PLACE), 1, -1):
            place = _place_in(text[:length])
            if place and len(_strip_trades(text[length:])[0]) != 1:
                places.append(place)
                text = text[length:]
                break
        else:
            return text


def _split_trades(text: str) -> tuple[str, list[str]]:
    """The name and the words for its trade. A single character is no name: it keeps the word beside it."""
    text, trades = _strip_trades(text)
    if len(text) == 1 and trades:
        text += trades.pop()
    first, *others = text.split(" ")
    kept = [first, *(word for word in others if word not in _LATIN_TRADES)]
    return " ".join(kept), sorted({*trades, *(word for word in others if word in _LATIN_TRADES)})


def _strip_trades(text: str) -> tuple[str, list[str]]:
    trades: list[str] = []
    while word := next((word for word in _TRADE_WORDS if text.endswith(word)), ""):
        trades.append(word)
        text = text.removesuffix(word)
    return text, trades


_REGION_OF_CITY = {city: region for region, cities in words.CITIES.items() for city in cities.split()}
_CITY_OF_DISTRICT = {district: city for city, districts in words.DISTRICTS.items() for district in districts.split()}
_REGION_OF_PLACE = (
    {district: _REGION_OF_CITY[city] for district, city in _CITY_OF_DISTRICT.items()}
    | _REGION_OF_CITY
    | words.PROVINCES
)
_PLACE_ENDS = words.PLACE_ENDS.split()
_LEGAL_FORMS = words.LEGAL_FORMS.split()
_BRANCH_FORMS = words.BRANCH_FORMS.split()
_TRADE_WORDS = words.TRADE_WORDS.split()
_LATIN_FORMS = frozenset(words.LATIN_FORMS.split())
_LATIN_TRADES = frozenset(words.LATIN_TRADES.split())
_LONGEST_PLACE = max(map(len, _REGION_OF_PLACE)) + max(map(len, _PLACE_ENDS))
