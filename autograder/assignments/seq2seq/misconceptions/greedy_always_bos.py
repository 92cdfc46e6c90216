"""You give step BOS every time. It has to be given the word that was written last."""

exercise = "greedy-decode"
must_fail = ["test_feeds_back"]
may_fail = []


def greedy_decode(step, state, max_length):
    start = torch.full((state.shape[0],), BOS)
    ended = torch.zeros(state.shape[0], dtype=torch.bool)
    written = []
    while len(written) < max_length and not ended.all():
        logits, state = step(start, state)
        tokens = logits.argmax(dim=-1).masked_fill(ended, PAD)
        ended = ended | (tokens == EOS)
        written.append(tokens)
    return torch.stack(written, dim=1)
