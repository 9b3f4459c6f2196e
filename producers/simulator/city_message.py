"""CityMessage: a message of the test city on its way to Kafka or to the digest."""

from typing import Any, NamedTuple


class CityMessage(NamedTuple):
    """One message.

    Attributes:
        topic: name without prefix.
        key: message key.
        at_us: event time by which a key's messages are in order, microseconds since the Unix epoch.
        message: of the class that schemas.messages.MESSAGES names for the topic; None where its datum is there.
        datum: the message as a bare Avro datum; None where it is yet to be written.
    """

    topic: str
    key: str
    at_us: int
    message: Any
    datum: bytes | None = None
