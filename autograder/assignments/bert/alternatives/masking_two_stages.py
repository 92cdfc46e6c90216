"""In two stages, as most programs do it; the stand-in."""

exercise = "mask-tokens"
stand_in = True


def mask_tokens(ids, vocab_size, generator, share=0.15):
    def lots(probability):
        chances = torch.full(ids.shape, float(probability), device=ids.device)
        return torch.bernoulli(chances, generator=generator).bool()

    asked = lots(share).logical_and(ids.ge(5))
    labels = ids.masked_fill(asked.logical_not(), -100)
    hidden = asked.logical_and(lots(0.8))
    swapped = asked.logical_and(hidden.logical_not()).logical_and(lots(0.5))
    others = torch.randint(5, vocab_size, tuple(ids.shape), generator=generator, device=ids.device)
    return others.where(swapped, ids).masked_fill(hidden, MASK), labels
