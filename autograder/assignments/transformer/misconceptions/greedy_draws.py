"""You draw the next token by its probability. Greedy means the most likely one, always."""

exercise = "greedy-decode"
must_fail = ["test_most_likely", "test_no_rows_mixed"]
may_fail = ["test_last_place", "test_finished_rows", "test_stops", "test_max_length", "test_whole_text"]


@torch.no_grad()
def greedy_decode(next_logits, start, max_length):
    ids = start
    finished = torch.zeros_like(start, dtype=torch.bool)
    for _ in range(max_length):
        best = torch.multinomial(next_logits(ids)[:, -1].softmax(-1), 1)
        ids = torch.cat([ids, best.masked_fill(finished, PAD)], dim=1)
        finished = finished | (best == EOS)
        if finished.all():
            break
    return ids
