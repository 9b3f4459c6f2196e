"""Unit tests of the reports: files, texts and questions."""
