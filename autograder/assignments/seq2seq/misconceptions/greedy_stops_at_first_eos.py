"""You stop as soon as ANY row has ended. The others are cut off; stop when ALL have."""

exercise = "greedy-decode"
must_fail = ["test_ends", "test_stops"]
may_fail = []


def greedy_decode(step, state, max_length):
    tokens = torch.full((state.shape[0],), BOS)
    written = []
    for _ in range(max_length):
        logits, state = step(tokens, state)
        tokens = logits.argmax(dim=-1)
        written.append(tokens)
        if (tokens == EOS).any():
            break
    return torch.stack(written, dim=1)
