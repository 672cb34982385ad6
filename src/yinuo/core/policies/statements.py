"""The SQL of the import: few statements for each table, however many rows.

What is new is copied in by the columns named here. What is there already is compared with a set
of arrays, one for each column, and written only where it differs, so that reading a file again
neither writes nor locks.
"""

from __future__ import annotations

# One import at a time looks up what is there and adds the rest; nobody else writes these tables.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('yinuo.policies.import', 0))"

VEHICLE_IDS = "SELECT external_key, id FROM policies_vehicle WHERE external_key = ANY(%s)"
VEHICLE_COLUMNS = (
    "external_key", "plate", "vin", "make", "model", "model_year", "use", "seats",
)  # fmt: skip
VEHICLES = """
UPDATE policies_vehicle v SET
    plate = r.plate, vin = r.vin, make = r.make, model = r.model, model_year = r.model_year,
    use = r.use, seats = r.seats
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::smallint[],
            %s::text[], %s::smallint[])
    AS r(external_key, plate, vin, make, model, model_year, use, seats)
WHERE v.external_key = r.external_key
    AND (v.plate, v.vin, v.make, v.model, v.model_year, v.use, v.seats)
        IS DISTINCT FROM (r.plate, r.vin, r.make, r.model, r.model_year, r.use, r.seats)
RETURNING v.external_key
"""

POLICY_IDS = "SELECT number, id FROM policies_policy WHERE number = ANY(%s)"
POLICY_COLUMNS = (
    "number", "product", "holder_id", "vehicle_id", "branch_id", "starts_at", "ends_at",
    "cancelled_at", "premium", "currency", "sold_by",
)  # fmt: skip
POLICIES = """
UPDATE policies_policy p SET
    product = r.product, holder_id = r.holder_id, vehicle_id = r.vehicle_id,
    branch_id = r.branch_id, starts_at = r.starts_at, ends_at = r.ends_at,
    cancelled_at = r.cancelled_at, premium = r.premium, currency = r.currency,
    sold_by = r.sold_by, imported_at = %s
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[],
            %s::timestamptz[], %s::timestamptz[], %s::numeric[], %s::text[], %s::text[])
    AS r(number, product, holder_id, vehicle_id, branch_id, starts_at, ends_at, cancelled_at,
         premium, currency, sold_by)
WHERE p.number = r.number
    AND (p.product, p.holder_id, p.vehicle_id, p.branch_id, p.starts_at, p.ends_at,
         p.cancelled_at, p.premium, p.currency, p.sold_by)
        IS DISTINCT FROM (r.product, r.holder_id, r.vehicle_id, r.branch_id, r.starts_at,
                          r.ends_at, r.cancelled_at, r.premium, r.currency, r.sold_by)
RETURNING p.id
"""

COVER_COLUMNS = ("policy_id", "kind", "limit", "deductible", "deductible_rate", "loss_kinds")
COVERS = """
INSERT INTO policies_cover AS c
    (policy_id, kind, "limit", deductible, deductible_rate, loss_kinds)
SELECT policy_id, kind, most, deductible, rate, loss_kinds::text[]
FROM unnest(%s::bigint[], %s::text[], %s::numeric[], %s::numeric[], %s::numeric[], %s::text[])
    AS r(policy_id, kind, most, deductible, rate, loss_kinds)
ON CONFLICT (policy_id, kind) DO UPDATE SET
    "limit" = excluded."limit", deductible = excluded.deductible,
    deductible_rate = excluded.deductible_rate, loss_kinds = excluded.loss_kinds
WHERE (c."limit", c.deductible, c.deductible_rate, c.loss_kinds)
    IS DISTINCT FROM (excluded."limit", excluded.deductible, excluded.deductible_rate,
                      excluded.loss_kinds)
RETURNING policy_id
"""

STALE_COVERS = """
DELETE FROM policies_cover c
WHERE c.policy_id = ANY(%s)
    AND NOT EXISTS (SELECT FROM unnest(%s::bigint[], %s::text[]) AS r(policy_id, kind)
                    WHERE r.policy_id = c.policy_id AND r.kind = c.kind)
RETURNING policy_id
"""

DRIVER_COLUMNS = ("policy_id", "person_id", "relation")
DRIVERS = """
INSERT INTO policies_policydriver AS d (policy_id, person_id, relation)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[])
ON CONFLICT (policy_id, person_id) DO UPDATE SET relation = excluded.relation
WHERE d.relation IS DISTINCT FROM excluded.relation
RETURNING policy_id
"""

STALE_DRIVERS = """
DELETE FROM policies_policydriver d
WHERE d.policy_id = ANY(%s)
    AND NOT EXISTS (SELECT FROM unnest(%s::bigint[], %s::bigint[]) AS r(policy_id, person_id)
                    WHERE r.policy_id = d.policy_id AND r.person_id = d.person_id)
RETURNING policy_id
"""

DISCLOSURE_COLUMNS = ("policy_id", "topic", "explained", "proof", "told_at")
DISCLOSURES = """
INSERT INTO policies_disclosure AS d (policy_id, topic, explained, proof, told_at)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::boolean[], %s::text[], %s::timestamptz[])
ON CONFLICT (policy_id, topic) DO UPDATE SET
    explained = excluded.explained, proof = excluded.proof, told_at = excluded.told_at
WHERE (d.explained, d.proof, d.told_at)
    IS DISTINCT FROM (excluded.explained, excluded.proof, excluded.told_at)
RETURNING policy_id
"""

STALE_DISCLOSURES = """
DELETE FROM policies_disclosure d
WHERE d.policy_id = ANY(%s)
    AND NOT EXISTS (SELECT FROM unnest(%s::bigint[], %s::text[]) AS r(policy_id, topic)
                    WHERE r.policy_id = d.policy_id AND r.topic = d.topic)
RETURNING policy_id
"""
