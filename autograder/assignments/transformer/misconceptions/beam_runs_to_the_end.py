"""Your search does not end when all texts of the beam are finished; it asks the model about nothing, or about finished
texts.
"""

exercise = "beam-search"
must_fail = ["test_finished_are_left_alone", "test_stops"]
may_fail = []


@torch.no_grad()
def beam_search(next_logits, max_length, beam_size=4, alpha=0.6):
    def score(text):
        ids, log_p = text
        return log_p / max(len(ids) - 1, 1) ** alpha

    beam = [([BOS], 0.0)]
    for t in range(max_length):
        rows = [ids + [PAD] * (t + 1 - len(ids)) for ids, _ in beam]
        steps = F.log_softmax(next_logits(torch.tensor(rows))[:, -1], dim=-1).tolist()
        candidates = []
        for (ids, log_p), row in zip(beam, steps):
            if ids[-1] == EOS:
                candidates.append((ids, log_p))
            else:
                candidates += [(ids + [token], log_p + more) for token, more in enumerate(row)]
        beam = sorted(candidates, key=score, reverse=True)[:beam_size]
    return beam[0][0], score(beam[0])
