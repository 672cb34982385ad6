"""Long work that is shared by several processes, each with a connection of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from multiprocessing import connection, get_all_start_methods, get_context
from multiprocessing.connection import Connection
from typing import Final, TypeVar

from django.db import connections

from yinuo.kit.garbage import keep_what_is_loaded

Piece = TypeVar("Piece")
Ended = Callable[[int], object]
"""Is told how many more pieces of the work are done."""
Part = Callable[[int, Ended], Sequence[int]]
"""What one of the hands does, counted from 0; gives the ids of what it made."""

LEAST_EACH = 100
"""Pieces of the work; for fewer the start of a hand costs more than it saves."""
_WAY: Final = "fork"
"""The hands need what the caller has read already, and the database that it chose."""


class HandFailed(RuntimeError):
    """A part of the work was not done; what went wrong has been written where errors go."""


def as_many_as_fit(pieces: int) -> int:
    """One for each core of this machine, as long as each has enough to do for its start."""
    if _WAY not in get_all_start_methods():
        return 1
    return max(1, min(os.cpu_count() or 1, pieces // LEAST_EACH))


def stretch_of(pieces: Sequence[Piece], hand: int, hands: int) -> Sequence[Piece]:
    """What this hand takes: neighbours, because what lies close together is done in one go."""
    return pieces[hand * len(pieces) // hands : (hand + 1) * len(pieces) // hands]


def share(part: Part, hands: int, ended: Ended) -> list[int]:
    """Do all parts at once and give what they made. Raises HandFailed; the others end first.

    With one hand nothing is started, and what goes wrong is raised as it is.
    """
    if hands == 1:
        return list(part(0, ended))
    # An open connection must not be in two hands.
    connections.close_all()
    context = get_context(_WAY)
    told: list[Connection] = []
    processes = []
    for hand in range(hands):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_do, args=(part, hand, theirs), daemon=True)
        process.start()
        theirs.close()
        told.append(ours)
        processes.append(process)
    made = _listen(told, ended)
    for process in processes:
        process.join()
    failed = hands - len(made)
    if failed:
        raise HandFailed(f"{failed} of {hands} processes ended before their work was done")
    return [one for hand in range(hands) for one in made[hand]]


def _do(part: Part, hand: int, tell: Connection) -> None:
    keep_what_is_loaded()
    try:
        made = part(hand, lambda count: tell.send((hand, count)))
        tell.send((hand, list(made)))
    finally:
        connections.close_all()


def _listen(told: Sequence[Connection], ended: Ended) -> dict[int, list[int]]:
    """Pass on how far the hands are, until each of them has said what it made or is gone."""
    made: dict[int, list[int]] = {}
    open_still = list(told)
    while open_still:
        for one in connection.wait(open_still):
            assert isinstance(one, Connection)
            try:
                hand, said = one.recv()
            except EOFError:
                open_still.remove(one)
                continue
            if isinstance(said, int):
                ended(said)
            else:
                made[hand] = said
    return made
