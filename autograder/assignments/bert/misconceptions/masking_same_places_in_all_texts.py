"""The same places are chosen in every text of the batch: your lots have the shape (T,), and not (B, T)."""

exercise = "mask-tokens"
must_fail = ["test_how_many", "test_what_becomes_of_them", "test_places"]
may_fail = []


def mask_tokens(ids, vocab_size, generator, share=0.15):
    first, second = torch.rand((2, *ids.shape[1:]), generator=generator, device=ids.device)                # (B, T) each
    random_ids = torch.randint(MASK + 1, vocab_size, ids.shape, generator=generator, device=ids.device)    # (B, T)
    chosen = (first < share) & (ids > MASK)                                                            # (B, T)
    labels = torch.where(chosen, ids, -100)                                                            # (B, T)
    inputs = torch.where(chosen & (second < 0.8), MASK, ids)                                           # (B, T)
    inputs = torch.where(chosen & (second >= 0.9), random_ids, inputs)                                 # (B, T)
    return inputs, labels
