"""Track identities: derived from where and when a track began, so that every replay gives the same."""


def track_id(camera_id: str, epoch_us: int, sequence: int, packet: int, ordinal: int) -> str:
    """Return a track's identity.

    Args:
        camera_id: the camera.
        epoch_us: the connection; another one begins with fresh tracks.
        sequence: group of the track's first frame.
        packet: that frame's packet in the group, in presentation order.
        ordinal: number of the track among those that began in that frame, in the order of their boxes.
    """
    return f"{camera_id}/{epoch_us}/{sequence}.{packet}.{ordinal}"
