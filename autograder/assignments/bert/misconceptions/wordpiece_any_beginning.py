"""You let a piece with ## begin a word when the one without is not listed. ##ash continues words; it cannot begin one.
"""

exercise = "wordpiece"
must_fail = ["test_where_a_piece_may_stand"]
may_fail = []


def wordpiece(word, vocabulary):
    pieces, start = [], 0
    while start < len(word):
        ends = range(len(word), start, -1)
        candidates = (("##" if start else "") + word[start:end] for end in ends)
        piece = next((candidate for candidate in candidates if candidate in vocabulary or f"##{candidate}" in vocabulary), None)
        if piece is None:
            return ["[UNK]"]
        pieces.append(piece)
        start += len(piece.removeprefix("##")) if start else len(piece)
    return pieces
