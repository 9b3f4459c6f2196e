-- What an officer needs to know of a case: the measurement, the grounds that were checked, where the pictures are. No review.
SELECT
    v.summary AS summary,
    v.measured AS measured,
    v.measured_error AS measured_error,
    v.`limit` AS `limit`,
    v.unit AS unit,
    v.confidence_factor AS confidence_factor,
    v.measures AS measures,
    v.site_id AS site_id,
    v.zone_id AS zone_id,
    v.track_id AS track_id,
    v.articles AS articles,
    v.exculpations AS exculpations,
    v.evidence.role AS evidence_roles,
    v.evidence.at_us AS evidence_at_us,
    v.plate_encrypted IS NOT NULL AS plate_read,
    v.key_period AS key_period,
    hex(ifNull(v.plate_encrypted, '')) AS plate_sealed_hex,
    v.rule_version AS rule_version,
    v.model_version AS model_version,
    v.registry_version AS registry_version,
    v.calibration_version AS calibration_version
FROM violations AS v
WHERE v.violation_id = {violation_id:String}
