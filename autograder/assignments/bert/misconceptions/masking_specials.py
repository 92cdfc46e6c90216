"""Special tokens are chosen like all others. [CLS], [SEP] and [PAD] are never hidden, and never asked for: numbers 0 to
4 stay out of it.
"""

exercise = "mask-tokens"
must_fail = ["test_specials"]
may_fail = []


def mask_tokens(ids, vocab_size, generator, share=0.15):
    first, second = torch.rand((2, *ids.shape), generator=generator, device=ids.device)                # (B, T) each
    random_ids = torch.randint(MASK + 1, vocab_size, ids.shape, generator=generator, device=ids.device)    # (B, T)
    chosen = first < share                                                            # (B, T)
    labels = torch.where(chosen, ids, -100)                                                            # (B, T)
    inputs = torch.where(chosen & (second < 0.8), MASK, ids)                                           # (B, T)
    inputs = torch.where(chosen & (second >= 0.9), random_ids, inputs)                                 # (B, T)
    return inputs, labels
