"""The contracts: Avro schemas, message dataclasses, the wire codec, topics and the registry client."""
