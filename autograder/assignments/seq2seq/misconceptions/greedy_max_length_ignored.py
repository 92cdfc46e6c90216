"""You go on until all rows have ended, however long that takes. A bad model may never end: max_length is the limit.
"""

exercise = "greedy-decode"
must_fail = ["test_feeds_back", "test_max_length", "test_words"]
may_fail = []


def greedy_decode(step, state, max_length):
    tokens = torch.full((state.shape[0],), BOS)
    ended = torch.zeros(state.shape[0], dtype=torch.bool)
    written = []
    while not ended.all() and len(written) < max_length + 50:
        logits, state = step(tokens, state)
        tokens = logits.argmax(dim=-1).masked_fill(ended, PAD)
        ended = ended | (tokens == EOS)
        written.append(tokens)
    return torch.stack(written, dim=1)
