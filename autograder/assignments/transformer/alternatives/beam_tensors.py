"""Tensors and topk; the model is asked about one text after the other."""

exercise = "beam-search"


@torch.no_grad()
def beam_search(next_logits, max_length, beam_size=4, alpha=0.6):
    texts, totals = [torch.tensor([BOS])], torch.zeros(1)
    for _ in range(max_length):
        if all(text[-1] == EOS for text in texts):
            break
        candidates, sums = [], []
        for text, total in zip(texts, totals):
            if text[-1] == EOS:
                candidates.append(text)
                sums.append(total[None])
            else:
                more = next_logits(text[None])[0, -1].log_softmax(0)
                candidates += [torch.cat([text, torch.tensor([token])]) for token in range(len(more))]
                sums.append(total + more)
        sums = torch.cat(sums)
        lengths = torch.tensor([len(text) - 1 for text in candidates], device=sums.device)
        best = torch.topk(sums / lengths**alpha, min(beam_size, len(candidates))).indices
        texts, totals = [candidates[i] for i in best], sums[best]
    return texts[0].tolist(), (totals[0] / max(len(texts[0]) - 1, 1) ** alpha).item()
