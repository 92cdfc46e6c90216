"""You seed the generator anew in each call, so that all rounds hide the same places. It comes seeded, and goes on by
itself.
"""

exercise = "mask-tokens"
must_fail = ["test_generator"]
may_fail = []


def mask_tokens(ids, vocab_size, generator, share=0.15):
    generator.manual_seed(generator.initial_seed())
    first, second = torch.rand((2, *ids.shape), generator=generator, device=ids.device)                # (B, T) each
    random_ids = torch.randint(MASK + 1, vocab_size, ids.shape, generator=generator, device=ids.device)    # (B, T)
    chosen = (first < share) & (ids > MASK)                                                            # (B, T)
    labels = torch.where(chosen, ids, -100)                                                            # (B, T)
    inputs = torch.where(chosen & (second < 0.8), MASK, ids)                                           # (B, T)
    inputs = torch.where(chosen & (second >= 0.9), random_ids, inputs)                                 # (B, T)
    return inputs, labels
