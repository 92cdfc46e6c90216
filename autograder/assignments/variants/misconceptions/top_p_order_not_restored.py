"""You cut in the sorted order, and give back the result in that order: token 0 gets the scores of the likeliest token,
whichever that is. It has to be put back into the order of the vocabulary.
"""

exercise = "top-p"
must_fail = ["test_kept", "test_any_shape"]
may_fail = ["test_first", "test_ties", "test_after_top_k", "test_all"]


def top_p(logits, p):
    ordered = logits.sort(dim=-1, descending=True).values                      # (..., V)
    shares = ordered.softmax(dim=-1)                                           # (..., V)
    in_front = shares.cumsum(dim=-1) - shares                                  # (..., V)
    least = ordered.masked_fill(in_front >= p, math.inf).amin(dim=-1, keepdim=True)        # (..., 1)
    return ordered.masked_fill(ordered < least, -math.inf)                       # (..., V)
