"""Lists of words, padded at the end; rows that have ended go on unseen."""

exercise = "greedy-decode"


def greedy_decode(step, state, max_length):
    rows, device = [[] for _ in range(state.size(0))], state.device
    tokens = torch.tensor([BOS for _ in rows], device=device)
    for _ in range(max_length):
        logits, state = step(tokens, state)
        tokens = torch.argmax(logits, dim=-1)
        for row, token in zip(rows, tokens.tolist()):
            if EOS not in row:
                row.append(token)
        if all(EOS in row for row in rows):
            break
    width = max(len(row) for row in rows)
    return torch.tensor([row + [PAD] * (width - len(row)) for row in rows], device=device)
