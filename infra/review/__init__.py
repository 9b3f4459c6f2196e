"""Review of cases by officers, from the command line: the queue, the looks that are recorded, the verdicts."""
