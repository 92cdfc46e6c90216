"""You choose the beam by log p and divide by the length at the end only. Here every choice is by score, so that a long
text is not thrown out before its length can count.
"""

exercise = "beam-search"
must_fail = ["test_length"]
may_fail = ["test_many", "test_wide_beam", "test_max_length"]


@torch.no_grad()
def beam_search(next_logits, max_length, beam_size=4, alpha=0.6):
    def score(text):
        ids, log_p = text
        return log_p / max(len(ids) - 1, 1) ** alpha

    beam = [([BOS], 0.0)]
    for _ in range(max_length):
        growing = [text for text in beam if text[0][-1] != EOS]
        if not growing:
            break
        logits = next_logits(torch.tensor([ids for ids, _ in growing]))[:, -1]
        steps = F.log_softmax(logits, dim=-1).tolist()
        grown = [(ids + [token], log_p + more)
                 for (ids, log_p), row in zip(growing, steps) for token, more in enumerate(row)]
        finished = [text for text in beam if text[0][-1] == EOS]
        beam = sorted(finished + grown, key=lambda text: text[1], reverse=True)[:beam_size]
    best = max(beam, key=score)
    return best[0], score(best)
