"""The test city: a deterministic Almaty whose truth is known."""
