"""A buffer that is filled column by column."""

exercise = "sample"
stand_in = True


@torch.no_grad()
def sample(next_logits, start, length, generator=None, temperature=1.0, k=None, p=None):
    B, begun = start.shape
    buffer = torch.full((B, begun + length), PAD, dtype=start.dtype, device=start.device)
    buffer[:, :begun] = start
    running = torch.ones(B, dtype=torch.bool, device=start.device)
    end = begun
    while end < begun + length and running.any():
        z = with_temperature(next_logits(buffer[:, :end])[:, end - 1], temperature)
        z = top_k(z, k) if k is not None else z
        z = top_p(z, p) if p is not None else z
        new = torch.multinomial(F.softmax(z, dim=-1), num_samples=1, generator=generator)[:, 0]
        buffer[:, end] = new * running
        running = running & (new != EOS)
        end += 1
    return buffer[:, :end]
