"""The statements by which the network is walked. All of them go through indexes from a handful of parties outwards."""

# Parties who may hold a link against somebody, as a condition on `party`, `provider` and `barred`.
BARRED = """
(provider.status IN ('suspended', 'cleared_out')
 OR (barred.id IS NOT NULL AND barred.withdrawn_at IS NULL AND (barred.until IS NULL OR barred.until >= %(today)s)))
"""

# What the given parties share with others: one row for each other party and identifier, at most `most` others for each.
# The index on (digest, party) is read in order, so a hub costs no more than its first `most` parties.
SHARED = """
SELECT own.party_id, other.party_id, own.kind, own.digest, own.masked, own.ended OR other.ended
FROM (
    SELECT party_id, kind, digest, min(masked) AS masked, bool_and(ended_at IS NOT NULL) AS ended
    FROM providers_partyidentifier
    WHERE party_id = ANY(%(parties)s)
    GROUP BY party_id, kind, digest
) own
CROSS JOIN LATERAL (
    SELECT party_id, bool_and(ended_at IS NOT NULL) AS ended
    FROM providers_partyidentifier
    WHERE digest = own.digest AND party_id <> own.party_id
    GROUP BY party_id
    ORDER BY party_id
    LIMIT %(most)s
) other
ORDER BY own.party_id, own.digest, other.party_id
"""

# Of the parties that share a hub's identifier, those that are barred, at most `most`. The index is read in order for
# each digest by itself, so the search of a hub ends with its first barred parties.
BARRED_AT_HUBS = f"""
SELECT found.party_id, hub.digest, found.ended
FROM unnest(%(digests)s::varchar[]) AS hub (digest)
CROSS JOIN LATERAL (
    SELECT shared.party_id, bool_and(shared.ended_at IS NOT NULL) AS ended
    FROM providers_partyidentifier shared
    JOIN providers_party party ON party.id = shared.party_id
    LEFT JOIN providers_provider provider ON provider.id = party.provider_id
    LEFT JOIN providers_barredparty barred ON barred.id = party.barred_id
    WHERE shared.digest = hub.digest AND shared.party_id <> %(start)s AND
        {BARRED}
    GROUP BY shared.party_id
    ORDER BY shared.party_id
    LIMIT %(most)s
) found
ORDER BY found.party_id, hub.digest
LIMIT %(most)s
"""  # noqa: S608 - text of ours

# Companies of the portal that have, or had, the same person as owner.
SAME_OWNER = """
SELECT DISTINCT own.id, other.id, held.user_id
FROM providers_party own
JOIN providers_provider company ON company.id = own.provider_id
JOIN accounts_membership held ON held.organisation_id = company.organisation_id AND held.role = 'provider_owner'
JOIN accounts_membership also ON also.user_id = held.user_id AND also.role = 'provider_owner'
    AND also.organisation_id <> held.organisation_id
JOIN providers_provider elsewhere ON elsewhere.organisation_id = also.organisation_id
JOIN providers_party other ON other.provider_id = elsewhere.id
WHERE own.id = ANY(%(parties)s)
ORDER BY own.id, other.id
"""

# Companies of the portal for which the same person, known by the identity number, works or worked.
SAME_TRADER = """
SELECT own.id, other.id, person.identity_hash, person.identity_masked,
    bool_and(mine.ends_on IS NOT NULL) OR bool_and(theirs.ends_on IS NOT NULL)
FROM providers_party own
JOIN providers_employment mine ON mine.provider_id = own.provider_id
JOIN providers_employment theirs ON theirs.person_id = mine.person_id AND theirs.provider_id <> mine.provider_id
JOIN providers_person person ON person.id = mine.person_id
JOIN providers_party other ON other.provider_id = theirs.provider_id
WHERE own.id = ANY(%(parties)s)
GROUP BY own.id, other.id, person.id
ORDER BY own.id, other.id, person.id
"""

BARRED_AMONG = (
    """
SELECT party.id
FROM providers_party party
LEFT JOIN providers_provider provider ON provider.id = party.provider_id
LEFT JOIN providers_barredparty barred ON barred.id = party.barred_id
WHERE party.id = ANY(%(parties)s) AND
"""
    + BARRED
)

# In how many places companies bear exactly these names.
SPREAD = """
SELECT core, count(DISTINCT coalesce(nullif(city, ''), region))
FROM providers_party
WHERE core = ANY(%(cores)s)
GROUP BY core
"""


def named_alike(pairs: int) -> str:
    """Barred parties whose core may be near: it has both grams of a pair and is neither too short nor too long.

    Each pair is a condition of its own, `pair_0` onwards: joined from a list they would not go through the index.
    """
    either = " OR ".join(f"party.grams @> %(pair_{at})s::varchar[]" for at in range(pairs))
    return f"""
SELECT party.id, party.core, party.city, party.region
FROM providers_party party
LEFT JOIN providers_provider provider ON provider.id = party.provider_id
LEFT JOIN providers_barredparty barred ON barred.id = party.barred_id
WHERE ({either}) AND length(party.core) BETWEEN %(shortest)s AND %(longest)s AND party.id <> %(start)s AND
{BARRED}
ORDER BY party.id
"""  # noqa: S608 - names are ours
