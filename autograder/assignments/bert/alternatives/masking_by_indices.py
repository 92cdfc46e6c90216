"""Indices of the chosen tokens, shuffled lots."""

exercise = "mask-tokens"


def mask_tokens(ids, vocab_size, generator, share=0.15):
    inputs, labels = ids.clone(), torch.full_like(ids, -100)
    lots = torch.rand(ids.shape, generator=generator, device=ids.device)
    chosen = torch.logical_and(lots < share, ids >= 5)
    labels[chosen] = ids[chosen]
    fate = torch.rand(ids.shape, generator=generator, device=ids.device)
    inputs[chosen & (fate < 0.8)] = MASK
    swapped = chosen & (fate >= 0.8) & (fate < 0.9)
    drawn = torch.randint(5, vocab_size, ids.shape, generator=generator, device=ids.device)
    inputs[swapped] = drawn[swapped]
    return inputs, labels
