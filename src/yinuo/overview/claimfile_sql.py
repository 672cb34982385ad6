"""The one statement behind a claim's page: everything that hangs on the claim, as one document.

Written out because building it anew from sixteen query sets cost more than running it. Amounts
are text, since a number of JSON would come back as a float.
"""

from __future__ import annotations

from yinuo.areas.claims.whose import STANDING

# Both texts are ours; what people typed comes in as values.
FILE = f"""
SELECT jsonb_build_object(
'standing', {STANDING},
'surveys', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT s.id, s.round, s.mode, w.name AS surveyor, s.assigned_at, s.contacted_at, s.arrived_at,
        s.completed_at, s.replaced_at, s.authenticity, s.liability, s.findings, s.latitude,
        s.longitude
    FROM claims_survey s JOIN people_staff w ON w.id = s.surveyor_id
    WHERE s.claim_id = %(claim)s ORDER BY s.round DESC LIMIT %(most)s) x),
'parts', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT l.ordinal AS loss, p.part, p.degree
    FROM claims_damagedpart p JOIN claims_loss l ON l.id = p.loss_id
    WHERE l.claim_id = %(claim)s ORDER BY l.ordinal, p.id LIMIT %(most)s) x),
'injured', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT i.severity, i.hospital FROM claims_injuredperson i
    WHERE i.claim_id = %(claim)s ORDER BY i.id LIMIT %(most)s) x),
'assessments', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT a.id, l.ordinal AS loss, a.version, a.made_by, a.made_at, a.asked::text,
        a.approved::text, a.repair_shop, a.remark
    FROM claims_assessment a JOIN claims_loss l ON l.id = a.loss_id
    WHERE l.claim_id = %(claim)s ORDER BY l.ordinal, a.version DESC LIMIT %(most)s) x),
'lines', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT n.assessment_id AS assessment, n.ordinal, n.kind, n.name, n.quantity::text,
        n.asked::text, n.approved::text, n.reason
    FROM claims_assessmentline n JOIN claims_assessment a ON a.id = n.assessment_id
        JOIN claims_loss l ON l.id = a.loss_id
    WHERE l.claim_id = %(claim)s ORDER BY n.assessment_id DESC, n.ordinal LIMIT %(most)s) x),
'calculations', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT l.ordinal AS loss, c.version, c.outcome, c.amount::text, c.currency, c.steps, c.reasons,
        c.made_by, c.made_at, c.verdict, c.reviewed_by, c.review_remark
    FROM claims_calculation c JOIN claims_loss l ON l.id = c.loss_id
    WHERE l.claim_id = %(claim)s ORDER BY l.ordinal, c.version DESC LIMIT %(most)s) x),
'decisions', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT l.ordinal AS loss, d.outcome, d.amount::text, d.currency, d.reasons, d.decided_by,
        d.decided_at
    FROM claims_decision d JOIN claims_loss l ON l.id = d.loss_id
    WHERE l.claim_id = %(claim)s ORDER BY l.ordinal, d.decided_at DESC LIMIT %(most)s) x),
'payments', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT p.id, w.name AS payee, p.amount::text, p.currency, p.status,
        a.number_last4 AS last_four, a.bank_name AS bank, p.made_at, p.arrived_at, p.return_text
    FROM payments_payment p JOIN people_person w ON w.id = p.payee_id
        JOIN payments_payeeaccount a ON a.id = p.account_id
    WHERE p.case_id = %(claim)s ORDER BY p.id DESC LIMIT %(most)s) x),
'accounts', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT a.id, a.holder_name, a.number_last4 AS last_four, a.bank_name,
        a.confirmed_at IS NOT NULL AS confirmed
    FROM payments_payeeaccount a
    WHERE a.case_id = %(claim)s AND a.replaced_at IS NULL ORDER BY a.id LIMIT %(most)s) x),
'covers', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT c.kind, c."limit"::text, c.deductible::text FROM policies_cover c
    WHERE c.policy_id = %(policy)s ORDER BY c.id LIMIT %(most)s) x),
'told_at_sale', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT d.topic, d.explained, d.proof, d.told_at FROM policies_disclosure d
    WHERE d.policy_id = %(policy)s ORDER BY d.topic LIMIT %(most)s) x)
)::text
"""  # noqa: S608
