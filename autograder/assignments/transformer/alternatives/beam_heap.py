"""A heap of candidates, tuples of ids; only the beam_size best tokens of each text are looked at."""

exercise = "beam-search"


@torch.no_grad()
def beam_search(next_logits, max_length, beam_size=4, alpha=0.6):
    import heapq

    beam = [(0.0, 0.0, (BOS,))]
    for _ in range(max_length):
        open_texts = [entry for entry in beam if entry[2][-1] != EOS]
        if len(open_texts) == 0:
            return list(beam[0][2]), beam[0][0]
        candidates = [entry for entry in beam if entry[2][-1] == EOS]
        scores = next_logits(torch.tensor([list(ids) for _, _, ids in open_texts]))
        log_p = scores[:, -1] - scores[:, -1].logsumexp(-1, keepdim=True)
        values, tokens = log_p.topk(min(beam_size, log_p.shape[-1]))
        for (_, total, ids), row, chosen in zip(open_texts, values.tolist(), tokens.tolist()):
            for more, token in zip(row, chosen):
                candidates.append(((total + more) / len(ids) ** alpha, total + more, (*ids, token)))
        beam = heapq.nlargest(beam_size, candidates)
    return list(beam[0][2]), beam[0][0]
