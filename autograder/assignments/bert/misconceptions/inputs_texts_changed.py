"""You write [CLS] and [SEP] into the very lists you were given (`insert`, `append`, `+=`). Whoever uses the texts again
finds them there twice.
"""

exercise = "build-inputs"
must_fail = ["test_texts_unchanged"]
may_fail = []


def build_inputs(pairs):
    for a, _ in pairs:
        a.insert(0, CLS)
        a.append(SEP)
    firsts = [a for a, _ in pairs]
    seconds = [[] if b is None else [*b, SEP] for _, b in pairs]
    T = max(len(a) + len(b) for a, b in zip(firsts, seconds))
    pads = [T - len(a) - len(b) for a, b in zip(firsts, seconds)]
    ids = torch.tensor([a + b + [PAD] * n for a, b, n in zip(firsts, seconds, pads)])                  # (B, T)
    segments = torch.tensor([[0] * len(a) + [1] * len(b) + [0] * n for a, b, n in zip(firsts, seconds, pads)])
    attention_mask = torch.tensor([[True] * (T - n) + [False] * n for n in pads])                      # (B, T)
    return ids, segments, attention_mask
