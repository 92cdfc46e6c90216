"""The second text has no [SEP] behind it. Each text ends with one: [CLS] a [SEP] b [SEP]."""

exercise = "build-inputs"
must_fail = ["test_ids", "test_segments", "test_attention_mask", "test_a_single_row"]
may_fail = []


def build_inputs(pairs):
    firsts = [[CLS, *a, SEP] for a, _ in pairs]
    seconds = [[] if b is None else [*b] for _, b in pairs]
    T = max(len(a) + len(b) for a, b in zip(firsts, seconds))
    pads = [T - len(a) - len(b) for a, b in zip(firsts, seconds)]
    ids = torch.tensor([a + b + [PAD] * n for a, b, n in zip(firsts, seconds, pads)])                  # (B, T)
    segments = torch.tensor([[0] * len(a) + [1] * len(b) + [0] * n for a, b, n in zip(firsts, seconds, pads)])
    attention_mask = torch.tensor([[True] * (T - n) + [False] * n for n in pads])                      # (B, T)
    return ids, segments, attention_mask
