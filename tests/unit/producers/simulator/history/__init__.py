"""Tests of its history."""
