"""You keep the pieces found so far, and put [UNK] behind them. A word that cannot be cut to its end becomes ONE [UNK]
as a whole.
"""

exercise = "wordpiece"
must_fail = ["test_unknown", "test_never_given_back", "test_where_a_piece_may_stand"]
may_fail = []


def wordpiece(word, vocabulary):
    pieces, start = [], 0
    while start < len(word):
        ends = range(len(word), start, -1)
        candidates = (("##" if start else "") + word[start:end] for end in ends)
        piece = next((candidate for candidate in candidates if candidate in vocabulary), None)
        if piece is None:
            return pieces + ["[UNK]"]
        pieces.append(piece)
        start += len(piece.removeprefix("##")) if start else len(piece)
    return pieces
