"""The law of traffic offences as dated data and a pure library: sanctions, terms, tiers, camera scope (docs/law.md)."""

from schemas.law.deadlines import Deadlines
from schemas.law.entry import LawEndsError, LawError
from schemas.law.law import Law
from schemas.law.sanction import OwnerClass, Sanction, SanctionKind, Tier
from schemas.law.terms import Term

__all__ = ["Deadlines", "Law", "LawEndsError", "LawError", "OwnerClass", "Sanction", "SanctionKind", "Term", "Tier"]
