"""You call step with the first state each time. What it returns has to be handed on."""

exercise = "greedy-decode"
must_fail = ["test_state"]
may_fail = []


def greedy_decode(step, state, max_length):
    tokens = torch.full((state.shape[0],), BOS)
    ended = torch.zeros(state.shape[0], dtype=torch.bool)
    written = []
    while len(written) < max_length and not ended.all():
        logits, _ = step(tokens, state)
        tokens = logits.argmax(dim=-1).masked_fill(ended, PAD)
        ended = ended | (tokens == EOS)
        written.append(tokens)
    return torch.stack(written, dim=1)
