"""You give back shares, with zeros, which no longer sum to 1, in the place of logits. The next softmax will make
something else of them.
"""

exercise = "top-p"
must_fail = ["test_kept", "test_first", "test_ties", "test_after_top_k", "test_any_shape", "test_all"]
may_fail = []


def top_p(logits, p):
    ordered = logits.sort(dim=-1, descending=True).values                      # (..., V)
    shares = ordered.softmax(dim=-1)                                           # (..., V)
    in_front = shares.cumsum(dim=-1) - shares                                  # (..., V)
    least = ordered.masked_fill(in_front >= p, math.inf).amin(dim=-1, keepdim=True)        # (..., 1)
    return logits.softmax(dim=-1).masked_fill(logits < least, 0.0)                       # (..., V)
