"""A Merkle root over a stream of leaves, in memory that grows only with the logarithm of it.

The tree is that of RFC 6962 (Certificate Transparency), section 2.1: leaf and node hashes start
with different bytes, so that a node can never pass for a leaf.
"""

from __future__ import annotations

import hashlib

_LEAF = b"\x00"
_NODE = b"\x01"
EMPTY = hashlib.sha256().digest()


class MerkleRoot:
    """Feed the leaves in their order, then ask for the root."""

    def __init__(self) -> None:
        self._whole: list[tuple[int, bytes]] = []
        self.leaves = 0

    def add(self, leaf: bytes) -> None:
        self.leaves += 1
        height, digest = 0, hashlib.sha256(_LEAF + leaf).digest()
        while self._whole and self._whole[-1][0] == height:
            _height, left = self._whole.pop()
            height, digest = height + 1, _node(left, digest)
        self._whole.append((height, digest))

    def root(self) -> bytes:
        """The root of what was added so far; of nothing, the hash of nothing."""
        if not self._whole:
            return EMPTY
        digest = self._whole[-1][1]
        for _height, left in reversed(self._whole[:-1]):
            digest = _node(left, digest)
        return digest


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
