"""The test city's third depth: months of violations, cases, reviews, payments and incidents, by whole columns.

Nothing here asks a clock, a server or a generator with a state: every value is a pure function of the seed and of the
row's own number, so that rows are the same however they are cut into blocks and whoever computes them.
"""
