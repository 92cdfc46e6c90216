"""You count BOS as one of max_length tokens, so one too few is written."""

exercise = "greedy-decode"
must_fail = ["test_max_length"]
may_fail = ["test_most_likely", "test_no_rows_mixed"]


@torch.no_grad()
def greedy_decode(next_logits, start, max_length):
    ids = start
    finished = torch.zeros_like(start, dtype=torch.bool)
    for _ in range(max_length - 1):
        best = next_logits(ids)[:, -1].argmax(dim=-1, keepdim=True)
        ids = torch.cat([ids, best.masked_fill(finished, PAD)], dim=1)
        finished = finished | (best == EOS)
        if finished.all():
            break
    return ids
