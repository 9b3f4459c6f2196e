"""Tests of Vigil: unit, contract, integration, scenarios, benchmarks; laid out as the code is."""
