"""Your code cuts from the end of the word. The longest match is taken from the LEFT: first the longest beginning, then
the longest piece behind it.
"""

exercise = "wordpiece"
must_fail = ["test_longest_first", "test_never_given_back"]
may_fail = []


def wordpiece(word, vocabulary):
    pieces, end = [], len(word)
    while end > 0:
        for start in range(end):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                pieces.insert(0, piece)
                end = start
                break
        else:
            return ["[UNK]"]
    return pieces
