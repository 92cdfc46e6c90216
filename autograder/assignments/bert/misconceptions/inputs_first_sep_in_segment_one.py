"""Your segments change at the first [SEP]. It still belongs to the first text: segment 0 up to and WITH the first
[SEP].
"""

exercise = "build-inputs"
must_fail = ["test_segments", "test_a_single_row"]
may_fail = []


def build_inputs(pairs):
    firsts = [[CLS, *a, SEP] for a, _ in pairs]
    seconds = [[] if b is None else [*b, SEP] for _, b in pairs]
    T = max(len(a) + len(b) for a, b in zip(firsts, seconds))
    pads = [T - len(a) - len(b) for a, b in zip(firsts, seconds)]
    ids = torch.tensor([a + b + [PAD] * n for a, b, n in zip(firsts, seconds, pads)])                  # (B, T)
    segments = torch.tensor([[0] * (len(a) - bool(b)) + [1] * (len(b) + bool(b)) + [0] * n for a, b, n in zip(firsts, seconds, pads)])
    attention_mask = torch.tensor([[True] * (T - n) + [False] * n for n in pads])                      # (B, T)
    return ids, segments, attention_mask
