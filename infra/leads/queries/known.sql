-- Whether there is such a lead; no facts.
SELECT 1 FROM leads WHERE lead_id = {lead_id:String} LIMIT 1
