"""You look for another cut when the longest piece leads nowhere. WordPiece is greedy: what has been taken is never
given back, and the word becomes [UNK].
"""

exercise = "wordpiece"
must_fail = ["test_never_given_back"]
may_fail = []


def wordpiece(word, vocabulary):
    def cut(start):
        if start == len(word):
            return []
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                rest = cut(end)
                if rest is not None:
                    return [piece, *rest]
        return None

    pieces = cut(0)
    return ["[UNK]"] if pieces is None else pieces
