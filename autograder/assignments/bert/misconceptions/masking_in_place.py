"""You write into ids itself. The next epoch needs the words that are now hidden: clone first."""

exercise = "mask-tokens"
must_fail = ["test_ids_unchanged"]
may_fail = []


def mask_tokens(ids, vocab_size, generator, share=0.15):
    first, second = torch.rand((2, *ids.shape), generator=generator, device=ids.device)
    random_ids = torch.randint(MASK + 1, vocab_size, ids.shape, generator=generator, device=ids.device)
    chosen = (first < share) & (ids > MASK)
    labels = torch.where(chosen, ids, -100)
    ids[chosen & (second < 0.8)] = MASK
    replaced = chosen & (second >= 0.9)
    ids[replaced] = random_ids[replaced]
    return ids, labels
