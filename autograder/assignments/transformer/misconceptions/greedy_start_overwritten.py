"""You write into the start that you were given. Make a new tensor."""

exercise = "greedy-decode"
must_fail = ["test_start_unchanged"]
may_fail = ["test_most_likely", "test_last_place", "test_finished_rows", "test_stops", "test_max_length", "test_no_rows_mixed", "test_whole_text"]


@torch.no_grad()
def greedy_decode(next_logits, start, max_length):
    given = start.clone()
    ids = given
    finished = torch.zeros_like(start, dtype=torch.bool)
    for _ in range(max_length):
        best = next_logits(ids)[:, -1].argmax(dim=-1, keepdim=True)
        ids = torch.cat([ids, best.masked_fill(finished, PAD)], dim=1)
        finished = finished | (best == EOS)
        if finished.all():
            break
    start.fill_(PAD)
    return ids
