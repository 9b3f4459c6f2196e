-- A case that waits for no officer, with where it stands; as queries/waiting.sql has one that waits.
SELECT
    case_id,
    violation_id,
    kind,
    article,
    amount_kzt,
    offence_at,
    district,
    camera_id,
    emptyArrayString() AS officers,
    emptyArrayString() AS verdicts,
    '' AS looker,
    concat(toString(`step`), if(reason = '', '', concat(' (', reason, ')'))) AS stands
FROM cases
WHERE case_id = {case_id:String} AND `step` != 'DETECTED'
