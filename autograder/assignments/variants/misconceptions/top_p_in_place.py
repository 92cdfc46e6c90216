"""You write -inf into the logits that you were given: whoever gave them to you finds them changed."""

exercise = "top-p"
must_fail = ["test_unchanged"]
may_fail = []


def top_p(logits, p):
    ordered = logits.sort(dim=-1, descending=True).values                      # (..., V)
    shares = ordered.softmax(dim=-1)                                           # (..., V)
    in_front = shares.cumsum(dim=-1) - shares                                  # (..., V)
    least = ordered.masked_fill(in_front >= p, math.inf).amin(dim=-1, keepdim=True)        # (..., 1)
    return logits.masked_fill_(logits < least, -math.inf)                       # (..., V)
