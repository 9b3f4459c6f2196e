"""Reading and writing Avro datums by machine code: for topics whose every second counts; see compiled_datum.py."""

from schemas.compiled.compiled_datum import CompiledDatum

__all__ = ["CompiledDatum"]
