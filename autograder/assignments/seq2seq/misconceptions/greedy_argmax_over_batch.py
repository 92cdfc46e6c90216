"""Your argmax goes over the sentences. It has to go over the vocabulary, the last dimension."""

exercise = "greedy-decode"
must_fail = ["test_words"]
may_fail = ["test_end_at_once", "test_ends", "test_feeds_back", "test_max_length", "test_one_sentence", "test_stops"]


def greedy_decode(step, state, max_length):
    B = state.shape[0]
    tokens = torch.full((B,), BOS)
    ended = torch.zeros(B, dtype=torch.bool)
    written = []
    while len(written) < max_length and not ended.all():
        logits, state = step(tokens, state)
        tokens = logits.argmax(dim=0)[:B].masked_fill(ended, PAD)
        ended = ended | (tokens == EOS)
        written.append(tokens)
    return torch.stack(written, dim=1)
