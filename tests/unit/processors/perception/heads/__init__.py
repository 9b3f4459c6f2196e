"""Tests of reading signal heads."""
