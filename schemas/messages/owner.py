"""Owner: Who runs the camera: the city, or a private establishment."""

from enum import StrEnum


class Owner(StrEnum):
    """Who runs the camera: the city, or a private establishment."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"
