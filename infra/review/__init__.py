"""Review of cases and incidents by officers, from the command line: queues, recorded looks, verdicts."""
