"""Your labels are the same tensor as your inputs: hiding a word changed the label as well, so that the model is asked
to say [MASK]. Clone first.
"""

exercise = "mask-tokens"
must_fail = ["test_labels"]
may_fail = []


def mask_tokens(ids, vocab_size, generator, share=0.15):
    first, second = torch.rand((2, *ids.shape), generator=generator, device=ids.device)
    random_ids = torch.randint(MASK + 1, vocab_size, ids.shape, generator=generator, device=ids.device)
    chosen = (first < share) & (ids > MASK)
    inputs = ids.clone()
    labels = inputs
    inputs[chosen & (second < 0.8)] = MASK
    replaced = chosen & (second >= 0.9)
    inputs[replaced] = random_ids[replaced]
    return inputs, torch.where(chosen, labels, -100)
