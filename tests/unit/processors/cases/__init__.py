"""Tests of the cases stage."""
