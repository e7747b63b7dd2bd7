"""On how many threads torch computes what a thread asks of it.

torch keeps a number for each thread, and one more that threads begin with which have not used torch
yet: whoever sets its own sets that one too. So each computation here says what it needs.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_lock = threading.Lock()
_every: list[int] = []
"""The number that torch came with, once it was read."""


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Compute on the calling thread alone.

    One text gains little from a second thread, and waits for it wherever PostgreSQL, or another
    question, has the processor: on two cores a search took a fifth longer, and on busy ones several
    times as long.
    """
    import torch  # noqa: PLC0415 - takes seconds, and not every process embeds

    every = _number()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(every)


def use_every_thread() -> None:
    """Let the calling thread compute on as many threads as torch came with."""
    import torch  # noqa: PLC0415 - as above

    torch.set_num_threads(_number())


def _number() -> int:
    """Return the number that torch came with: nobody sets another before it was read."""
    import torch  # noqa: PLC0415 - as above

    with _lock:
        if not _every:
            _every.append(torch.get_num_threads())
        return _every[0]
