"""The SQL of the import: one statement for each table, however many rows.

Each takes a set as arrays, one array for each column, writes what is new or different, and leaves
alone what is equal, so that reading a file again neither writes nor locks for long.
"""

from __future__ import annotations

VEHICLES = """
INSERT INTO policies_vehicle AS v
    (external_key, plate, vin, make, model, model_year, use, seats)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::integer[],
                     %s::text[], %s::integer[])
ON CONFLICT (external_key) DO UPDATE SET
    plate = excluded.plate, vin = excluded.vin, make = excluded.make, model = excluded.model,
    model_year = excluded.model_year, use = excluded.use, seats = excluded.seats
WHERE (v.plate, v.vin, v.make, v.model, v.model_year, v.use, v.seats)
    IS DISTINCT FROM (excluded.plate, excluded.vin, excluded.make, excluded.model,
                      excluded.model_year, excluded.use, excluded.seats)
RETURNING external_key, id
"""

VEHICLE_IDS = "SELECT external_key, id FROM policies_vehicle WHERE external_key = ANY(%s)"

# A row that this statement inserted has no xmax; one that it updated carries our transaction.
POLICIES = """
INSERT INTO policies_policy AS p
    (number, product, holder_id, vehicle_id, branch_id, starts_at, ends_at, cancelled_at, premium,
     currency, sold_by, imported_at)
SELECT r.*, %s
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[],
            %s::timestamptz[], %s::timestamptz[], %s::numeric[], %s::text[], %s::text[]) AS r
ON CONFLICT (number) DO UPDATE SET
    product = excluded.product, holder_id = excluded.holder_id, vehicle_id = excluded.vehicle_id,
    branch_id = excluded.branch_id, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
    cancelled_at = excluded.cancelled_at, premium = excluded.premium,
    currency = excluded.currency, sold_by = excluded.sold_by, imported_at = excluded.imported_at
WHERE (p.product, p.holder_id, p.vehicle_id, p.branch_id, p.starts_at, p.ends_at, p.cancelled_at,
       p.premium, p.currency, p.sold_by)
    IS DISTINCT FROM (excluded.product, excluded.holder_id, excluded.vehicle_id,
                      excluded.branch_id, excluded.starts_at, excluded.ends_at,
                      excluded.cancelled_at, excluded.premium, excluded.currency,
                      excluded.sold_by)
RETURNING id, number, xmax = 0
"""

POLICY_IDS = "SELECT number, id FROM policies_policy WHERE number = ANY(%s)"

COVERS = """
INSERT INTO policies_cover AS c
    (policy_id, kind, "limit", deductible, deductible_rate, loss_kinds)
SELECT policy_id, kind, most, deductible, rate, string_to_array(loss_kinds, ',')
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
