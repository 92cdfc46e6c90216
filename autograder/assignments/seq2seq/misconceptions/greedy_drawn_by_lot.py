"""You draw the word by its probability. Greedy decoding takes the likeliest one."""

exercise = "greedy-decode"
must_fail = ["test_feeds_back", "test_words"]
may_fail = ["test_end_at_once", "test_ends", "test_max_length", "test_one_sentence", "test_stops"]


def greedy_decode(step, state, max_length):
    tokens = torch.full((state.shape[0],), BOS)
    ended = torch.zeros(state.shape[0], dtype=torch.bool)
    written = []
    while len(written) < max_length and not ended.all():
        logits, state = step(tokens, state)
        tokens = torch.multinomial(torch.softmax(logits, dim=-1), 1)[:, 0].masked_fill(ended, PAD)
        ended = ended | (tokens == EOS)
        written.append(tokens)
    return torch.stack(written, dim=1)
