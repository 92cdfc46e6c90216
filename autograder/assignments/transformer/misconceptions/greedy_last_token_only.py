"""You hand the model only the last token. A transformer has no state of its own: it needs the whole text so far, every
time.
"""

exercise = "greedy-decode"
must_fail = ["test_last_place", "test_whole_text"]
may_fail = []


@torch.no_grad()
def greedy_decode(next_logits, start, max_length):
    ids = start
    finished = torch.zeros_like(start, dtype=torch.bool)
    for _ in range(max_length):
        best = next_logits(ids[:, -1:])[:, -1].argmax(dim=-1, keepdim=True)
        ids = torch.cat([ids, best.masked_fill(finished, PAD)], dim=1)
        finished = finished | (best == EOS)
        if finished.all():
            break
    return ids
