"""The first piece, then the rest by itself."""

exercise = "wordpiece"


def wordpiece(word, vocabulary, prefix=""):
    for end in reversed(range(1, len(word) + 1)):
        if prefix + word[:end] in vocabulary:
            if end == len(word):
                return [prefix + word]
            rest = wordpiece(word[end:], vocabulary, "##")
            return rest if rest == ["[UNK]"] else [prefix + word[:end], *rest]
    return ["[UNK]"]
