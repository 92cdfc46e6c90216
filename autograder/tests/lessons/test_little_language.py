"""The little language: what its texts keep to, and that `surprise` is exactly how unlikely a text is."""

from __future__ import annotations

import math
import random
from collections import Counter
from typing import Any

import pytest

from autograder.tests.lessons.test_data import namespace


@pytest.fixture(scope="module")
def language() -> dict[str, Any]:
    """What the cell defines."""
    return namespace("little-language")


@pytest.fixture(scope="module")
def texts(language: dict[str, Any]) -> list[list[str]]:
    return language["texts"](40_000, 5)  # type: ignore[no-any-return]


def pen_of(language: dict[str, Any], words: list[str]) -> Any:
    """The pen that has followed the text: it knows the marks."""
    return language["Pen"](given=words).text()


def replaced(words: list[str], at: int, word: str) -> list[str]:
    return [*words[:at], word, *words[at + 1 :]]


def numbers_of(language: dict[str, Any], words: list[str]) -> list[str]:
    """Singular or plural, of each noun."""
    return [language["NOUNS"][word][1] for word in words if word in language["NOUNS"]]


def test_a_seed_tells_the_same_texts_each_time(language: dict[str, Any], texts: list[list[str]]) -> None:
    assert language["texts"](300, 5) == texts[:300]
    assert language["texts"](300, 6) != texts[:300]
    assert [language["tell"](random.Random(3)) for _ in range(2)] == [language["texts"](1, 3)[0]] * 2


def test_texts_are_short_and_end_in_a_full_stop(texts: list[list[str]]) -> None:
    assert all(words.index(".") == len(words) - 1 for words in texts)
    assert max(map(len, texts)) <= 30
    assert 12 < sum(map(len, texts)) / len(texts) < 14


def test_the_word_forms_are_the_words_that_occur(language: dict[str, Any], texts: list[list[str]]) -> None:
    assert language["WORD_FORMS"] == tuple(sorted({word for words in texts for word in words}))
    assert 280 < len(language["WORD_FORMS"]) < 340


def test_each_form_has_one_of_the_other_number(language: dict[str, Any]) -> None:
    other, nouns = language["OTHER_NUMBER"], language["NOUNS"]
    assert all(other[other[word]] == word != other[word] for word in other)
    assert {form for _, form, *_ in language["VERBS"]} | set(nouns) | {"is", "are", "do", "does"} == set(other)
    assert not {form for _, form, *_ in language["VERBS"]} & set(nouns)
    assert all(nouns[word][1] != nouns[other[word]][1] for word in nouns)


def test_surprise_is_what_drawing_the_words_adds_up_to(language: dict[str, Any]) -> None:
    """The parse finds again each choice that was made, with its probability."""

    pen_class: Any = language["Pen"]

    class Recording(pen_class):  # type: ignore[misc]
        def pick(self, options: dict[str, float]) -> str:
            word: str = super().pick(options)
            self.chosen = [*getattr(self, "chosen", []), options[word] / math.fsum(options.values())]
            return word

    rng = random.Random(1)
    for _ in range(3000):
        pen = Recording(rng).text()
        assert len(pen.chosen) == len(pen.words)
        assert math.isclose(-sum(map(math.log2, pen.chosen)), language["surprise"](pen.words), abs_tol=1e-9)


def test_frequent_texts_are_as_frequent_as_surprise_says(language: dict[str, Any], texts: list[list[str]]) -> None:
    counted = Counter(map(tuple, texts)).most_common(40)
    expected = [len(texts) * 2 ** -language["surprise"](words) for words, _ in counted]
    assert min(expected) > 6
    assert [words for (words, n), mean in zip(counted, expected, strict=True) if abs(n - mean) > 6 * mean**0.5] == []


def test_each_text_has_one_derivation(language: dict[str, Any], texts: list[list[str]]) -> None:
    """What may come next, and how likely, is decided by the words before it: so a text is one path through a tree."""
    offered: dict[tuple[str, ...], dict[str, float]] = {}

    pen_class: Any = language["Pen"]

    class Comparing(pen_class):  # type: ignore[misc]
        def pick(self, options: dict[str, float]) -> str:
            assert all(weight > 0 for weight in options.values())
            assert offered.setdefault(tuple(self.words), dict(options)) == options
            return super().pick(options)  # type: ignore[no-any-return]

    for words in texts[:5000]:
        assert Comparing(given=words).text().words == words
    assert sum(map(len, texts[:5000])) - len(offered) > 20_000  # so often two texts were compared


def test_what_is_no_text_is_infinitely_surprising(language: dict[str, Any], texts: list[list[str]]) -> None:
    surprise = language["surprise"]
    wrong: tuple[list[str], ...] = (
        [],
        ["."],
        ["the"],
        texts[0][:-1],
        [*texts[0], "."],
        [*texts[0], *texts[1]],
        ["hello", *texts[0]],
    )
    assert [surprise(words) for words in wrong] == [math.inf] * len(wrong)
    assert all(0 < surprise(words) < 100 for words in texts[:2000])


def test_there_is_more_to_learn_than_the_word_before_tells(language: dict[str, Any], texts: list[list[str]]) -> None:
    """The best there is, and a bigram model that has read as much."""
    held_out = language["texts"](4000, 1)
    words = sum(map(len, held_out))
    assert 1.7 < sum(map(language["surprise"], held_out)) / words < 1.9
    bits, right = bigram(texts[:20_000], held_out, len(language["WORD_FORMS"]))
    assert 3.2 < bits / words < 3.6
    assert 0.36 < right / words < 0.42


def bigram(learnt: list[list[str]], held_out: list[list[str]], forms: int) -> tuple[float, int]:
    """Bits, and how many words were the likeliest after the one before; add-a-tenth smoothing."""
    after: dict[str, Counter[str]] = {}
    for words in learnt:
        for one, two in zip(["^", *words], words, strict=False):
            after.setdefault(one, Counter())[two] += 1
    likeliest = {word: followers.most_common(1)[0][0] for word, followers in after.items()}
    total = {word: followers.total() + 0.1 * forms for word, followers in after.items()}
    pairs = [pair for words in held_out for pair in zip(["^", *words], words, strict=False)]
    bits = -sum(math.log2((after[one][two] + 0.1) / total[one]) for one, two in pairs)
    return bits, sum(likeliest[one] == two for one, two in pairs)


def test_a_riddle_is_solved_by_meaning_alone(language: dict[str, Any]) -> None:
    """Two nouns, of one number; half of the pronouns mean the first. What is asked for afterwards shows which."""
    rng, first = random.Random(2), 0
    for _ in range(2000):
        words, pronoun, referent, other = language["riddle"](rng)
        assert [words[at] in language["NOUNS"] for at in (referent, other)] == [True, True]
        assert numbers_of(language, words) == ["s" if words[pronoun] == "it" else "p"] * 2
        assert words[pronoun - 1 : pronoun + 2] == ["because", words[pronoun], "too"]
        asked = [*words[:-1], ",", "so", "we", "another" if words[pronoun] == "it" else "other"]
        assert math.isclose(language["surprise"]([*asked, words[referent], "need", "."]), language["surprise"](words))
        assert language["surprise"]([*asked, words[other], "need", "."]) == math.inf
        first += referent < other
    assert abs(first - 1000) < 5 * math.sqrt(500)


def test_a_riddle_cannot_be_solved_by_a_word_alone(language: dict[str, Any]) -> None:
    """The same adjective speaks of the first noun in one riddle, and of the second in another."""
    rng, spoken_of = random.Random(4), Counter[tuple[str, bool]]()
    for _ in range(4000):
        words, pronoun, referent, other = language["riddle"](rng)
        spoken_of[words[pronoun + 2], referent < other] += 1
    both = {word for word, _ in spoken_of if spoken_of[word, True] > 20 and spoken_of[word, False] > 20}
    assert both >= {"big", "wide", "small", "narrow", "long"}


def test_riddles_are_told_often_and_half_of_them_are_answered(language: dict[str, Any], texts: list[list[str]]) -> None:
    pens = [pen_of(language, words) for words in texts[:8000]]
    riddles = [pen for pen in pens if "riddle" in pen.marks]
    assert 0.25 < len(riddles) / len(pens) < 0.35
    assert abs(sum("answered" in pen.marks for pen in riddles) / len(riddles) - 0.5) < 0.05


def test_a_verb_agrees_across_a_noun_of_the_other_number(language: dict[str, Any]) -> None:
    rng, between = random.Random(3), Counter[int]()
    for _ in range(2000):
        words, noun, verb = language["agreement"](rng)
        number = language["NOUNS"][words[noun]][1]
        assert set(numbers_of(language, words[noun + 1 : verb])) - {number}
        wrong = replaced(words, verb, language["OTHER_NUMBER"][words[verb]])
        assert language["surprise"](wrong) == math.inf > language["surprise"](words)
        between[verb - noun] += 1
    assert min(between) >= 3
    assert max(between) >= 6


def test_subordinate_clauses_end_in_their_verb(language: dict[str, Any], texts: list[list[str]]) -> None:
    verbs = {form for _, form, *_ in language["VERBS"]} | {"is", "are"}
    clauses = [words[words.index("when") + 1 : words.index(",")] for words in texts if words[0] == "when"]
    clauses += [words[words.index("while") + 1 : -1] for words in texts if "while" in words]
    assert len(clauses) > 5000
    assert all(clause[-1] in verbs and not verbs & set(clause[:-1]) for clause in clauses)
