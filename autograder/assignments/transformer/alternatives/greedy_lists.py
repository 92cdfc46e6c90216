"""Rows as lists."""

exercise = "greedy-decode"


@torch.no_grad()
def greedy_decode(next_logits, start, max_length):
    rows = start.tolist()
    for _ in range(max_length):
        scores = next_logits(torch.tensor(rows, device=start.device))
        for row, said in zip(rows, scores[:, -1].tolist()):
            row.append(PAD if EOS in row else said.index(max(said)))
        if all(EOS in row for row in rows):
            break
    return torch.tensor(rows, device=start.device)
