"""The candidate shrinks from the right."""

exercise = "wordpiece"


def wordpiece(word, vocabulary):
    pieces, rest, prefix = [], word, ""
    while rest:
        candidate = rest
        while candidate and prefix + candidate not in vocabulary:
            candidate = candidate[:-1]
        if not candidate:
            return ["[UNK]"]
        pieces.append(prefix + candidate)
        rest, prefix = rest[len(candidate) :], "##"
    return pieces
