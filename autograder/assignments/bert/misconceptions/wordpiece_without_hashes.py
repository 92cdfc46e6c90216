"""Your code looks up what continues a word without ##. In the list, walk is a piece that begins a word; ##walk would be
one that continues it.
"""

exercise = "wordpiece"
must_fail = ["test_longest_first", "test_where_a_piece_may_stand"]
may_fail = []


def wordpiece(word, vocabulary):
    pieces, start = [], 0
    while start < len(word):
        ends = range(len(word), start, -1)
        candidates = (word[start:end] for end in ends)
        piece = next((candidate for candidate in candidates if candidate in vocabulary), None)
        if piece is None:
            return ["[UNK]"]
        pieces.append(piece)
        start += len(piece)
    return pieces
