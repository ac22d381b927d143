"""Whether the found passages answer the question: decided by a small trained check, never by asking the model.

Measured on the demo generators: neither knows when to keep silent. A logistic model over plain features of question
and hits does, in well under a millisecond and without a second model.
"""

from domains.evidence.check import EvidenceCheck
from domains.evidence.evaluate import AbstainFigures, evaluate, evaluate_files

__all__ = ["AbstainFigures", "EvidenceCheck", "evaluate", "evaluate_files"]
