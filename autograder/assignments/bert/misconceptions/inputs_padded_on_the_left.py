"""You pad on the left. BERT's places are counted from the left, so that [CLS] stands at place 0: pads come behind.
"""

exercise = "build-inputs"
must_fail = ["test_ids", "test_segments", "test_attention_mask", "test_without_second_texts"]
may_fail = []


def build_inputs(pairs):
    firsts = [[CLS, *a, SEP] for a, _ in pairs]
    seconds = [[] if b is None else [*b, SEP] for _, b in pairs]
    T = max(len(a) + len(b) for a, b in zip(firsts, seconds))
    pads = [T - len(a) - len(b) for a, b in zip(firsts, seconds)]
    ids = torch.tensor([[PAD] * n + a + b for a, b, n in zip(firsts, seconds, pads)])                  # (B, T)
    segments = torch.tensor([[0] * n + [0] * len(a) + [1] * len(b) for a, b, n in zip(firsts, seconds, pads)])
    attention_mask = torch.tensor([[False] * n + [True] * (T - n) for n in pads])                      # (B, T)
    return ids, segments, attention_mask
