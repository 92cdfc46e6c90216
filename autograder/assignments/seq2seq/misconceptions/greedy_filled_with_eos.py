"""You fill rows that have ended with EOS again and again. A row holds one EOS, and PAD behind it."""

exercise = "greedy-decode"
must_fail = ["test_ends"]
may_fail = []


def greedy_decode(step, state, max_length):
    tokens = torch.full((state.shape[0],), BOS)
    ended = torch.zeros(state.shape[0], dtype=torch.bool)
    written = []
    while len(written) < max_length and not ended.all():
        logits, state = step(tokens, state)
        tokens = logits.argmax(dim=-1).masked_fill(ended, EOS)
        ended = ended | (tokens == EOS)
        written.append(tokens)
    return torch.stack(written, dim=1)
