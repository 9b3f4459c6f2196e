"""Tests of perception without Kafka and Triton."""
