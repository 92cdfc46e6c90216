"""A row that has its EOS goes on talking while the others finish. Fill it up with PAD."""

exercise = "greedy-decode"
must_fail = ["test_finished_rows", "test_stops"]
may_fail = ["test_most_likely", "test_no_rows_mixed"]


@torch.no_grad()
def greedy_decode(next_logits, start, max_length):
    ids = start
    finished = torch.zeros_like(start, dtype=torch.bool)
    for _ in range(max_length):
        best = next_logits(ids)[:, -1].argmax(dim=-1, keepdim=True)
        ids = torch.cat([ids, best], dim=1)
        finished = finished | (best == EOS)
        if finished.all():
            break
    return ids
