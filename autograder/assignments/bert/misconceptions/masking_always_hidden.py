"""Every chosen token becomes [MASK] with you. Only 80 % do: in use there is no [MASK], and a model that met nothing
else has nothing to say of ordinary tokens.
"""

exercise = "mask-tokens"
must_fail = ["test_what_becomes_of_them", "test_random_tokens", "test_places"]
may_fail = []


def mask_tokens(ids, vocab_size, generator, share=0.15):
    first, second = torch.rand((2, *ids.shape), generator=generator, device=ids.device)                # (B, T) each
    random_ids = torch.randint(MASK + 1, vocab_size, ids.shape, generator=generator, device=ids.device)    # (B, T)
    chosen = (first < share) & (ids > MASK)                                                            # (B, T)
    labels = torch.where(chosen, ids, -100)                                                            # (B, T)
    inputs = torch.where(chosen, MASK, ids)                                           # (B, T)
    inputs = torch.where(chosen & (second > 1), random_ids, inputs)                                 # (B, T)
    return inputs, labels
