"""You stop only when all rows say EOS at the SAME step. Remember which rows have ended before."""

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
        if (tokens == EOS).all():
            break
    return torch.stack(written, dim=1)
