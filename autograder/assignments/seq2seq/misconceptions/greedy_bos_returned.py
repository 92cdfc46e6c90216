"""You return BOS as the first word. It is what the decoder was given, not what it wrote."""

exercise = "greedy-decode"
must_fail = ["test_end_at_once", "test_ends", "test_max_length", "test_one_sentence", "test_words"]
may_fail = []


def greedy_decode(step, state, max_length):
    tokens = torch.full((state.shape[0],), BOS)
    ended = torch.zeros(state.shape[0], dtype=torch.bool)
    written = [tokens]
    while len(written) <= max_length and not ended.all():
        logits, state = step(tokens, state)
        tokens = logits.argmax(dim=-1).masked_fill(ended, PAD)
        ended = ended | (tokens == EOS)
        written.append(tokens)
    return torch.stack(written, dim=1)
