"""Tests of the study of plates."""
