"""Films of the test city: the sprites' making, the encoder, what the real detector and tracker make of a film."""
