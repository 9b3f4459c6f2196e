-- What officers did with a lead, in order.
SELECT toString(`at`) AS `at`, officer_id, act, why
FROM lead_looks
WHERE lead_id = {lead_id:String}
ORDER BY lead_looks.`at`, look_id
