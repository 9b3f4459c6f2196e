"""The format byte with which a stage's state begins. Pure."""


def body_of(data: bytes, version: int, whose: str) -> bytes:
    """Return a state's bytes without the format byte.

    Args:
        data: as they were stored.
        version: the format that is read, 0 to 255.
        whose: what it is, in words, such as "state of camera ALA-1".

    Raises:
        ValueError: another format, or nothing; says what was found and what to do.
    """
    if not data or data[0] != version:
        raise ValueError(
            f"{whose} has format {data[0] if data else 'nothing'}, this version reads {version}; "
            "run the version that wrote it, or delete the stage's state to start afresh"
        )
    return data[1:]
