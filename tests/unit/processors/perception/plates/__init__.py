"""Tests of finding and reading plates, without Triton."""
