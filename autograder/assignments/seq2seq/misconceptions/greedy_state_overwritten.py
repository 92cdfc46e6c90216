"""You write each new state into the tensor that the caller handed in."""

exercise = "greedy-decode"
must_fail = ["test_inputs_unchanged"]
may_fail = []


def greedy_decode(step, state, max_length):
    tokens = torch.full((state.shape[0],), BOS)
    ended = torch.zeros(state.shape[0], dtype=torch.bool)
    written = []
    while len(written) < max_length and not ended.all():
        logits, new = step(tokens, state.clone())
        state.copy_(new)
        tokens = logits.argmax(dim=-1).masked_fill(ended, PAD)
        ended = ended | (tokens == EOS)
        written.append(tokens)
    return torch.stack(written, dim=1)
