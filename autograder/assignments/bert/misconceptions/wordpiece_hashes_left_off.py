"""Your pieces are found with ##, and then written without. The ## belongs to the piece: without it nobody can tell
where a word begins.
"""

exercise = "wordpiece"
must_fail = ["test_longest_first", "test_where_a_piece_may_stand"]
may_fail = []


def wordpiece(word, vocabulary):
    pieces, start = [], 0
    while start < len(word):
        ends = range(len(word), start, -1)
        candidates = (("##" if start else "") + word[start:end] for end in ends)
        piece = next((candidate for candidate in candidates if candidate in vocabulary), None)
        if piece is None:
            return ["[UNK]"]
        pieces.append(piece.removeprefix("##"))
        start += len(piece.removeprefix("##")) if start else len(piece)
    return pieces
