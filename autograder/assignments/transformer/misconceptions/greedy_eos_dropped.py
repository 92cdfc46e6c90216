"""You leave out EOS itself. It is part of the text: without it nobody can tell a finished text from one that was cut
off.
"""

exercise = "greedy-decode"
must_fail = ["test_most_likely", "test_last_place", "test_finished_rows", "test_stops", "test_no_rows_mixed"]
may_fail = []


@torch.no_grad()
def greedy_decode(next_logits, start, max_length):
    ids = start
    finished = torch.zeros_like(start, dtype=torch.bool)
    for _ in range(max_length):
        best = next_logits(ids)[:, -1].argmax(dim=-1, keepdim=True)
        ids = torch.cat([ids, best.masked_fill(finished | (best == EOS), PAD)], dim=1)
        finished = finished | (best == EOS)
        if finished.all():
            break
    return ids
