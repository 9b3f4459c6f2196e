-- The plate as an officer corrected it, of the vehicle that a case was decided against; no row: it is the violation's.
SELECT hex(ifNull(corrected_plate_encrypted, '')) AS sealed_hex
FROM reviews
WHERE case_id = {case_id:String}
    AND corrected_vehicle_key = (SELECT vehicle_key FROM cases WHERE case_id = {case_id:String})
    AND corrected_vehicle_key != (SELECT vehicle_key FROM violations WHERE violation_id = {violation_id:String})
ORDER BY decided_at, review_id
LIMIT 1
