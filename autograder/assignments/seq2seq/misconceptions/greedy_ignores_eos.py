"""You never look for EOS: each row goes on until max_length, and writes words behind its end."""

exercise = "greedy-decode"
must_fail = ["test_end_at_once", "test_ends", "test_one_sentence", "test_stops"]
may_fail = []


def greedy_decode(step, state, max_length):
    tokens = torch.full((state.shape[0],), BOS)
    written = []
    for _ in range(max_length):
        logits, state = step(tokens, state)
        tokens = logits.argmax(dim=-1)
        written.append(tokens)
    return torch.stack(written, dim=1)
