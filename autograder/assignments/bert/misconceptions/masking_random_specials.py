"""Your random tokens may be special ones. Draw from 5 up to, and without, vocab_size."""

exercise = "mask-tokens"
must_fail = ["test_random_tokens"]
may_fail = []


def mask_tokens(ids, vocab_size, generator, share=0.15):
    first, second = torch.rand((2, *ids.shape), generator=generator, device=ids.device)                # (B, T) each
    random_ids = torch.randint(0, vocab_size, ids.shape, generator=generator, device=ids.device)    # (B, T)
    chosen = (first < share) & (ids > MASK)                                                            # (B, T)
    labels = torch.where(chosen, ids, -100)                                                            # (B, T)
    inputs = torch.where(chosen & (second < 0.8), MASK, ids)                                           # (B, T)
    inputs = torch.where(chosen & (second >= 0.9), random_ids, inputs)                                 # (B, T)
    return inputs, labels
