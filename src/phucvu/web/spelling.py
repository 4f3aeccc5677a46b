"""Words that are one letter off: a letter wrong, missing, too many, or two in each other's place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

SHORTEST = 3
"""Letters from which on a word is compared with others; of two letters nearly all are alike."""

ALIKE = {"i": "y", "y": "i"}
"""Last letters that are taken for each other even in words as short: đăng kí, đăng ký."""


class Vocabulary:
    """The words of some texts, each with the numbers of the texts that have it."""

    def __init__(self, texts: Iterable[Collection[str]]) -> None:
        self._texts: defaultdict[str, set[int]] = defaultdict(set)
        for number, words in enumerate(texts):
            for word in words:
                self._texts[word].add(number)
        self._by_rest: defaultdict[str, list[str]] = defaultdict(list)
        for word in filter(str.isalpha, self._texts):
            for rest in _rests(word):
                self._by_rest[rest].append(word)

    def holding(self, letters: str) -> set[int]:
        """The texts that have a word with these letters in it."""
        return set().union(*(numbers for word, numbers in self._texts.items() if letters in word))

    def near(self, word: str) -> set[int]:
        """The texts that have a word one letter off; none for numbers and codes, which are others then."""
        if not word.isalpha():
            return set()
        if len(word) < SHORTEST:
            return self._texts.get(word[:-1] + ALIKE.get(word[-1], word[-1]), set())
        known = {other for rest in _rests(word) for other in self._by_rest.get(rest, ())}
        return set().union(*(self._texts[other] for other in known if one_letter_off(word, other)))


def one_letter_off(one: str, other: str) -> bool:
    """Whether one change makes one word of the other.

    >>> [one_letter_off("phap", word) for word in ("phat", "pha", "phaps", "pahp", "phap", "pham tap")]
    [True, True, True, True, False, False]
    """
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    swapped = len(left) == 2 and left == right[::-1]
    return swapped or max(len(left), len(right)) == 1


def _rests(word: str) -> Iterator[str]:
    """The word, and what is left of it without each of its letters: words one letter off share one."""
    yield word
    yield from {word[:place] + word[place + 1 :] for place in range(len(word))}
