-- Where a case stands.
SELECT `step`, reason
FROM cases
WHERE case_id = {case_id:String}
