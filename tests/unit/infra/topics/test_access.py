"""Rights that must be beside those that the brokers have."""

from infra.settings import Settings
from infra.topics.access import difference
from schemas.access import Right

DESK = Right("review-desk", "TOPIC", "v.reviews", "WRITE")


def test_what_is_missing_and_what_is_beyond_the_file_are_told_apart() -> None:
    """Others' topics are none of ours; a pattern that reaches into ours is."""
    elsewhere = Right("shop", "TOPIC", "orders", "WRITE")
    intruder = Right("shop", "TOPIC", "v.reviews", "WRITE")
    patterns = [Right("shop", "TOPIC", name, "ALL") for name in ("*", "v*", "v.rev*")]
    found = difference([DESK], [elsewhere, intruder, *patterns], "v.")
    assert found.missing == [DESK]
    assert set(found.surplus) == {intruder, *patterns}
    assert found.pending == 5
    assert difference([DESK], [DESK, elsewhere, Right("shop", "TOPIC", "w*", "ALL")], "v.").pending == 0


def test_a_user_and_an_authority_make_a_clients_security() -> None:
    """Without both a client speaks in the clear, as the local stack does; the password is in no text of settings."""
    assert Settings().kafka_security == {}
    settings = Settings(kafka_user="cases", kafka_password="secret-7", kafka_ca="/ca.pem")
    assert settings.kafka_security == {
        "security.protocol": "SASL_SSL",
        "ssl.ca.location": "/ca.pem",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "cases",
        "sasl.password": "secret-7",
    }
    assert Settings(kafka_ca="/ca.pem").kafka_security["security.protocol"] == "SSL"
    assert "secret-7" not in repr(settings)
