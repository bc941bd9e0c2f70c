"""One check of an applicant among 100,000 parties: similar names, shared identifiers, the way through the network."""

import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import numpy as np
from django.db import connection, transaction
from stdnum.cn import uscc

from accounts.models import Organisation, User
from accounts.roles import OrganisationKind
from bench.tables import Result
from engine.names import grams, parse_name
from providers.enums import Region
from providers.registry.models import Provider
from providers.relations.check_services import check_relations
from providers.relations.enums import IdentifierKind, IdentifierSource
from providers.relations.models import Party, PartyIdentifier
from providers.relations.search import find_links

PARTIES = 100_000
BARRED_SHARE = 0.1
CHECKS = 500
SEED = 20220616
NOW = datetime(2022, 6, 16, tzinfo=UTC)
PLACES = ("杭州", "广州", "深圳", "上海", "北京", "成都", "武汉", "长沙", "义乌", "泉州", "青岛", "郑州")
TRADES = ("网络科技", "信息技术", "电子商务", "文化传媒", "供应链管理", "商贸", "品牌管理", "直播电商")
LETTERS = (
    "金银玉云风雨海山林石星月天地人和安泰恒盛隆昌华荣兴旺达通顺利宝丰"
    "瑞祥福禄寿喜乐康宁静远志明德信义诚新美佳优卓越领先鼎峰蹄骏驰腾飞跃"
)
PARKS, PARK_SHARE = 40, 0.2
FILLED = ("providers_partyidentifier", "providers_party", "providers_provider")


class _Undo(Exception):
    """Ends the bench's transaction; nothing of it stays in the database."""


def run(rows: int | None = None) -> Result:
    """Every check by itself, one after the other, on a warm database."""
    count = rows or PARTIES
    with _undone():
        started = time.perf_counter()
        rng = random.Random(SEED)
        with _without_history():
            cases = _make_cases(_make_parties(count, rng), rng)
        filled = time.perf_counter() - started
        for party, _target in cases[:20]:
            find_links(party, today=NOW.date())
        searches, hits, links = [], 0, []
        for party, target in cases:
            at = time.perf_counter()
            found = find_links(party, today=NOW.date())
            searches.append(time.perf_counter() - at)
            hits += target in {item.other for item in found}
            links.append(len(found))
        checks = []
        for party, _target in cases:
            at = time.perf_counter()
            check_relations(provider_id=party.provider_id, now=NOW)  # type: ignore[arg-type]
            checks.append(time.perf_counter() - at)
        identifiers = PartyIdentifier.objects.count()
        return _describe(count, identifiers, filled, searches, checks, hits, links)


@contextmanager
def _undone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass


@contextmanager
def _without_history() -> Iterator[None]:
    """The history of generated rows is nobody's business and would take most of the time."""
    with connection.cursor() as cursor:
        for table in FILLED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        # First the statistics: a foreign key that is checked against a table thought empty scans it for each row.
        cursor.execute(f"ANALYZE {', '.join(FILLED)}, accounts_organisation, accounts_membership")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in FILLED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _make_parties(count: int, rng: random.Random) -> list[Party]:
    """Providers with a name, two phones, a representative, an account and an address, some of them barred; one in five
    sits in a business park with thousands of others, one in twenty shares a phone with another company."""
    by = User.objects.create(email="bench@example.com")
    organisations = Organisation.objects.bulk_create(
        [Organisation(kind=OrganisationKind.PROVIDER, name=f"bench {at}", created_at=NOW) for at in range(count)],
        batch_size=5000,
    )
    barred = rng.sample(range(count), int(count * BARRED_SHARE))
    out = set(barred)
    providers = Provider.objects.bulk_create(
        [
            Provider(
                organisation=organisation,
                code=f"P9{at:06d}",
                uscc=_uscc(at),
                name=_name(rng),
                region=Region.ZHEJIANG,
                registered_at=NOW,
                registered_by=by,
                status="cleared_out" if at in out else "registered",
                admitted_at=NOW if at in out else None,
                admitted_by=by if at in out else None,
                newcomer_until=NOW.date() + timedelta(days=90) if at in out else None,
            )
            for at, organisation in enumerate(organisations)
        ],
        batch_size=5000,
    )
    parties = Party.objects.bulk_create([_party(provider) for provider in providers], batch_size=5000)
    rows = [row for at, party in enumerate(parties) for row in _identifiers(at, party, count, rng)]
    PartyIdentifier.objects.bulk_create(rows, batch_size=5000)
    return parties


def _make_cases(parties: list[Party], rng: random.Random) -> list[tuple[Party, int]]:
    """Applicants, each with the barred party that must be found: half by the name, half by the representative."""
    barred = [party for party in parties if party.provider.status == "cleared_out"]  # type: ignore[union-attr]
    free = [party for party in parties if party.provider.status == "registered"]  # type: ignore[union-attr]
    cases = []
    for at, (applicant, target) in enumerate(zip(rng.sample(free, CHECKS), rng.sample(barred, CHECKS), strict=True)):
        if at % 2:
            provider = applicant.provider
            provider.name = target.name.replace(next(t for t in TRADES if t in target.name), "数字技术")  # type: ignore[union-attr]
            provider.save()  # type: ignore[union-attr]
            renamed = _party(provider)  # type: ignore[arg-type]
            renamed.pk = applicant.pk
            renamed.save()
            cases.append((renamed, target.pk))
        else:
            shared = PartyIdentifier.objects.get(party=target, kind=IdentifierKind.LEGAL_REPRESENTATIVE)
            PartyIdentifier.objects.bulk_create([_row(applicant, shared.kind, shared.digest)])
            cases.append((applicant, target.pk))
    return cases


def _uscc(number: int) -> str:
    body = f"91330100{number:09d}"
    return body + str(uscc.calc_check_digit(body))


def _name(rng: random.Random) -> str:
    core = "".join(rng.choices(LETTERS, k=rng.choice((2, 2, 2, 3, 3, 4))))
    return f"{rng.choice(PLACES)}{core}{rng.choice(TRADES)}有限公司"


def _party(provider: Provider) -> Party:
    parts = parse_name(provider.name, provider.region)
    return Party(
        provider=provider,
        name=provider.name,
        core=parts.core,
        city=parts.city,
        region=parts.region,
        grams=grams(parts.core),
    )


def _identifiers(at: int, party: Party, count: int, rng: random.Random) -> Iterator[PartyIdentifier]:
    kinds = IdentifierKind
    yield _row(party, kinds.COMPANY, _digest("company", at))
    yield _row(
        party, kinds.LEGAL_REPRESENTATIVE, _digest("person", rng.randrange(count) if rng.random() < 0.03 else at)
    )
    yield _row(party, kinds.PHONE, _digest("phone", rng.randrange(count) if rng.random() < 0.05 else at))
    yield _row(party, kinds.PHONE, _digest("second phone", at))
    yield _row(party, kinds.BANK_ACCOUNT, _digest("account", at))
    park = rng.random() < PARK_SHARE
    yield _row(party, kinds.ADDRESS, _digest("park" if park else "address", rng.randrange(PARKS) if park else at))


def _row(party: Party, kind: str, digest: str) -> PartyIdentifier:
    return PartyIdentifier(
        party=party, kind=kind, digest=digest, masked="****", source=IdentifierSource.PLATFORM, recorded_at=NOW
    )


def _digest(kind: str, number: int) -> str:
    return sha256(f"{kind} {number}".encode()).hexdigest()


def _describe(
    count: int,
    identifiers: int,
    filled: float,
    searches: list[float],
    checks: list[float],
    hits: int,
    links: list[int],
) -> Result:
    def milliseconds(times: list[float], share: float) -> float:
        return round(float(np.quantile(times, share)) * 1000, 1)

    figures = {
        "parties": count,
        "barred": int(count * BARRED_SHARE),
        "identifiers": identifiers,
        "checks": len(searches),
        "found": hits,
        "search_median_ms": milliseconds(searches, 0.5),
        "search_p99_ms": milliseconds(searches, 0.99),
        "search_worst_ms": milliseconds(searches, 1.0),
        "check_median_ms": milliseconds(checks, 0.5),
        "check_p99_ms": milliseconds(checks, 0.99),
        "check_worst_ms": milliseconds(checks, 1.0),
    }
    cells = [("search: names, identifiers, ways", "search"), ("whole check, links written", "check")]
    return Result(
        name="relations",
        title="A check of relations",
        head=("Step", "median ms", "p99 ms", "worst ms"),
        rows=[
            (label, *(f"{figures[f'{key}_{part}_ms']:.1f}" for part in ("median", "p99", "worst")))
            for label, key in cells
        ],
        figures=figures,
        notes=(
            f"{count:,} generated parties, {figures['barred']:,} of them barred, {identifiers:,} identifiers; "
            f"{PARK_SHARE:.0%} of the parties share {PARKS} addresses. Filled in {filled:.0f} s, not counted.",
            f"{len(searches)} applicants one after the other: half have a barred company's name with other words for "
            f"the trade, half its representative. The barred party was found for {hits} of them; "
            f"an applicant has {statistics.mean(links):.1f} links on average.",
            "All times are of one process on a warm embedded database; nothing is kept in memory between two checks.",
        ),
    )
