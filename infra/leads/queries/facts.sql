-- What an officer needs to know of a lead, and the plate under its key; whoever has no key does not read it.
SELECT
    summary,
    amount_kzt,
    owner_class,
    make,
    colour,
    vehicle_class,
    site_id,
    track_id,
    known_at,
    measures,
    evidence.camera_id AS evidence_cameras,
    evidence.at_us AS evidence_at_us,
    key_period,
    hex(plate_encrypted) AS plate_encrypted,
    rule_version
FROM leads
WHERE lead_id = {lead_id:String}
