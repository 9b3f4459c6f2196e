"""The wire codec on the real registry: the suite that fixed schema ids pass too."""

import pytest

from infra import topics
from infra.settings import Settings
from schemas.codec import MessageCodec
from schemas.registry import RegistrySchemaIds, SchemaNotRegisteredError
from tests.contract.codec_suite import LETTER, CodecSuite

pytestmark = pytest.mark.integration


class TestOnRegistry(CodecSuite):
    """The suite with the stack's registry, whose schemas `vigil topics apply` registered."""

    @pytest.fixture
    def codec(self, settings: Settings) -> MessageCodec:
        """A codec on the real registry."""
        topics.apply(settings)
        return MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix))


def test_an_unregistered_schema_says_what_to_do(settings: Settings) -> None:
    """Before apply, encoding names the subject and the command that registers it."""
    codec = MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, "never-applied."))
    with pytest.raises(
        SchemaNotRegisteredError, match=r"never-applied\.dead-letters-value lacks .* run 'vigil topics apply'"
    ):
        codec.encode("dead-letters", LETTER)
