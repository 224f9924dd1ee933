"""Work for other processes, which import little for it."""

import os


def doubled(number: int) -> int:
    """Twice the number; 3 ends the process, 5 cannot be done."""
    if number == 3:
        os._exit(1)
    if number == 5:
        raise ValueError(number)
    return 2 * number
