"""Writes a history of the test city into ClickHouse's landing tables, as if the sink had."""
