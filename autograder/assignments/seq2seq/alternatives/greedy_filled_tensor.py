"""A tensor of pads is filled, and cut where the longest row has ended."""

exercise = "greedy-decode"


def greedy_decode(step, state, max_length):
    B = len(state)
    written = torch.full((B, max_length), PAD, dtype=torch.long, device=state.device)
    alive = torch.ones(B, dtype=torch.bool, device=state.device)
    tokens = torch.tensor([BOS] * B, device=state.device)
    for t in range(max_length):
        logits, state = step(tokens, state)
        tokens = logits.max(dim=1).indices
        written[alive, t] = tokens[alive]
        alive = alive & tokens.ne(EOS)
        if not alive.any():
            return written[:, : t + 1]
    return written
