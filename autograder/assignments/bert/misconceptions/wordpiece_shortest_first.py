"""Your pieces are what you get when the SHORTEST piece that fits is taken. Try the long ends first: from the whole rest
of the word down to one letter.
"""

exercise = "wordpiece"
must_fail = ["test_longest_first", "test_dictionary"]
may_fail = []


def wordpiece(word, vocabulary):
    pieces, start = [], 0
    while start < len(word):
        ends = range(start + 1, len(word) + 1)
        candidates = (("##" if start else "") + word[start:end] for end in ends)
        piece = next((candidate for candidate in candidates if candidate in vocabulary), None)
        if piece is None:
            return ["[UNK]"]
        pieces.append(piece)
        start += len(piece.removeprefix("##")) if start else len(piece)
    return pieces
