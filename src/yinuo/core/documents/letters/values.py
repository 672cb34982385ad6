"""A letter as plain values: what is written, not how it looks. Every string is ready to print."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Heading:
    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value, one a line."""

    kind: ClassVar[str] = "facts"
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class SumLine:
    """One line of a sum: what it is, how it was worked out, the clause, the amount."""

    label: str
    formula: str
    amount: str
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    kind: ClassVar[str] = "sum"
    caption: str
    lines: tuple[SumLine, ...]
    total_label: str
    total: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause as it is cited, in plain words, with an example."""

    kind: ClassVar[str] = "clause"
    name: str
    plain: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """What the reader can do now, and until when."""

    title: str
    text: str
    limit: str


@dataclass(frozen=True, slots=True)
class Ways:
    kind: ClassVar[str] = "ways"
    items: tuple[Way, ...]


Block = Heading | Paragraph | Bullets | Facts | Sum | Clause | Ways


@dataclass(frozen=True, slots=True)
class Letter:
    """`key` says what the letter is (decision, part_payment, refusal, complaint_answer …);
    `language` is one that we write. `page` is the word for "page n of m" with {n} and {m}."""

    key: str
    language: str
    subject: str
    sender: str
    sender_lines: tuple[str, ...]
    recipient: str
    reference: str
    dated: str
    dated_on: date
    greeting: str
    blocks: tuple[Block, ...]
    closing: str
    signed: tuple[str, ...]
    page: str

    def plain_text(self) -> str:
        """What the wording check reads: our own sentences, without sums and names."""
        found = [self.subject]
        for block in self.blocks:
            if isinstance(block, Heading | Paragraph):
                found.append(block.text)
            elif isinstance(block, Bullets):
                found += block.items
            elif isinstance(block, Clause):
                found += [block.name, block.plain]
        return "\n".join(found)


def as_data(letter: Letter) -> dict[str, Any]:
    """The letter for a template: each block with its kind."""
    data = {one.name: getattr(letter, one.name) for one in fields(letter) if one.name != "blocks"}
    data["dated_on"] = letter.dated_on.isoformat()
    data["blocks"] = [{"kind": block.kind, **asdict(block)} for block in letter.blocks]
    return data
