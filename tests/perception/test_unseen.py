"""How well words are read that nobody had in mind when the lexicons were written.

Each set was written before the reader had seen it, measured once, and only then learned from, by
general words and by other sentences. What it had at first sight (macro-F1 of the three tones,
complaints read as praise, first cause right):

unseen.tsv         0.77    4 of 45   0.80      harder than what is usually said: irony, allusions
unseen_again.tsv   0.86    0 of 17   0.92
unseen_third.tsv   0.76    2 of 16   0.78
unseen_fourth.tsv  0.66    1 of 15   0.97
unseen_fifth.tsv   0.87    0 of 13   -

With the trained part made of 5,200 sentences, two further sets that are not kept here had at
first sight 0.82, 5 of 108, 0.82 (195 sentences); 0.72, 0 of 92, 0.89 (142, praise mostly told as a
story); before, the first had 0.77, 4 of 108, 0.76. Praise without a word of praise is what is
missed most; it is read as neither or as blame, and seen by a person.

The same reader, before anything was changed, on 272 further sentences that were written without a
look at words, weights and sentences: 0.85, 5 of 122 (12 of them dry irony), 0.92. Some 860 more
sentences, the 272 among them, and some words: 126 sentences written after that had 0.84, 1 of 54,
0.97 (with the old weights 0.83, 0 of 54, 0.97). A lower bar for praise that no word of the lexicon
says was then chosen by a look at these 126 and gives 0.85 on them, which is no first sight. More
sentences of the same kind move it little any more.

unseen_sixth.tsv was written from the public examples alone, in their shares, by an author who had
seen neither words nor weights nor sentences: 359 texts, 44 of them English. First sight, nothing
changed: tones 0.887 (159 texts), 0 of 53 complaints without a cause read as praise, first cause
right 0.91 (200). Of the Chinese ones praise had 0.92, neither 0.88, blame 0.85. Tones and causes by
language: Simplified 0.889 (117) and 0.887 (150), Traditional 0.82 (18) and 1.00 (30), English 0.915
(24) and 0.95 (20). 29 texts that were nearly those of our sentences or of a set above were taken
out; the 330 kept had 0.874 (143), 0.904 (187), and 2 of 234 complaints of both kinds were read as
praise. What is least like our sentences is read worst: the 79 and 112 Chinese texts farthest off
had 0.836 and 0.857.

Two more sets by the same author, not kept: 64 plain texts 0.92, 0 of 21 read as praise; 74 texts of
allusion and dry irony 0.76, 3 of 25. 280 and then 524 further sentences of our own did not move the
half of the sixth set that was not looked at by more than another order of learning does (0.895;
0.895 to 0.918 and 0.894 to 0.906), so the weights were left. Words were added for praise that is
thrown back or meant for another company: of 40 such complaints, written afterwards by the same hand
and so no first sight, 18 were read as praise before and 10 after. The sixth set's figures stayed.

The bars below are what must not be lost again; the figures above are what to expect of words that
are really new.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.paths import CHECKOUT
from yinuo.perception.lexicon import TONES
from yinuo.perception.reading import read
from yinuo.perception.training import Example, own_sentences, read_examples

FOLDER = CHECKOUT / "tests/perception"
SETS = (
    "unseen.tsv",
    "unseen_again.tsv",
    "unseen_third.tsv",
    "unseen_fourth.tsv",
    "unseen_fifth.tsv",
)
FIRST_SEEN = "unseen_sixth.tsv"
"""Not learned from since: its bars lie a little under its first sight."""
TONE_SEEN, CAUSE_SEEN = 0.86, 0.89
MOST_LOST = 0.02


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    found = []
    for tone in TONES:
        right = sum(is_ == read_ == tone for is_, read_ in pairs)
        either = sum(is_ == tone for is_, _ in pairs) + sum(read_ == tone for _, read_ in pairs)
        found.append(2 * right / either if either else 0.0)
    return sum(found) / len(found)


def examples(name: str) -> list[Example]:
    return read_examples(FOLDER / name)


def test_nothing_of_these_was_ever_learned_from() -> None:
    taught = {one.text for one in own_sentences()}
    for name in (*SETS, FIRST_SEEN):
        assert not taught & {one.text for one in examples(name)}


@pytest.mark.parametrize(
    ("name", "tone", "cause"),
    [*((name, 0.85, 0.85) for name in SETS), (FIRST_SEEN, TONE_SEEN, CAUSE_SEEN)],
)
def test_tones_and_causes_are_read_above_the_aim(name: str, tone: float, cause: float) -> None:
    found = examples(name)
    tones = [(one.tone, read(one.text).sentiment) for one in found if not one.cause]
    assert macro_f1(tones) >= tone
    causes = [read(one.text).causes[:1] == (one.cause,) for one in found if one.cause]
    assert sum(causes) >= cause * len(causes)


@pytest.mark.parametrize("names", [SETS, (FIRST_SEEN,)], ids=["learned after", "first seen"])
def test_hardly_a_complaint_is_read_as_praise(names: Sequence[str]) -> None:
    blamed = [one.text for name in names for one in examples(name) if one.tone == "neg"]
    lost = [text for text in blamed if read(text).sentiment == "pos"]
    assert len(lost) / len(blamed) <= MOST_LOST, lost
