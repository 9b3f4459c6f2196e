"""Tests of the test city."""
