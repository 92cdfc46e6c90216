"""The tokens of one text are appended to the past of another: rows of the beam are mixed up. Each candidate is its own
text plus one token.
"""

exercise = "beam-search"
must_fail = ["test_many", "test_histories"]
may_fail = ["test_finds_better", "test_score", "test_length", "test_wide_beam", "test_max_length", "test_stops"]


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
        grown = [(growing[-1 - i][0] + [token], log_p + more)
                 for i, ((ids, log_p), row) in enumerate(zip(growing, steps)) for token, more in enumerate(row)]
        finished = [text for text in beam if text[0][-1] == EOS]
        beam = sorted(finished + grown, key=score, reverse=True)[:beam_size]
    return beam[0][0], score(beam[0])
