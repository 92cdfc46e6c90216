"""Where p = 1 yours drops the least likely token: a sum that never exceeds 1 is not reached at the last token, but
there is none to follow. With p = 1 everything is kept.
"""

exercise = "top-p"
must_fail = ["test_all"]
may_fail = ["test_kept", "test_any_shape", "test_ties", "test_first", "test_after_top_k"]


def top_p(logits, p):
    ordered = logits.sort(dim=-1, descending=True).values
    shares = ordered.softmax(dim=-1)
    kept = (shares.cumsum(dim=-1) - shares < p).sum(dim=-1, keepdim=True).clamp(max=max(1, logits.shape[-1] - 1))
    return logits.masked_fill(logits < ordered.gather(-1, kept - 1), -math.inf)
