"""With how many decimals an owner is shown a number, in every text and on every sheet."""

from __future__ import annotations

SHOWN = {"fraction": 1, "hours": 2, "months": 1, "money": 2, "ratio": 2, "score": 1, "tasks_per_hour": 2}
"""By the unit; of a fraction, those of its percentage. Counts have those that they need, one at most."""
