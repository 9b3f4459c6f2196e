"""Topics and schemas of a cluster: what they must be, what they are, and the way from one to the other."""

from infra.topics.application import ApplyReport, apply, plan
from infra.topics.connection import Connection, KafkaAwayError, RegistryAwayError, TopicsError
from infra.topics.difference import Change, Plan

__all__ = [
    "ApplyReport",
    "Change",
    "Connection",
    "KafkaAwayError",
    "Plan",
    "RegistryAwayError",
    "TopicsError",
    "apply",
    "plan",
]
