"""Your decoding ignores EOS: it always writes max_length tokens. A row with its EOS is finished, and when all are, it
ends.
"""

exercise = "greedy-decode"
must_fail = ["test_most_likely", "test_last_place", "test_finished_rows", "test_stops", "test_no_rows_mixed", "test_whole_text"]
may_fail = []


@torch.no_grad()
def greedy_decode(next_logits, start, max_length):
    ids = start
    for _ in range(max_length):
        ids = torch.cat([ids, next_logits(ids)[:, -1].argmax(dim=-1, keepdim=True)], dim=1)
    return ids
