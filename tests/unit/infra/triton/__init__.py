"""Tests of Triton's model repository."""
