"""Draws by the Gumbel trick: noise on the logits, then the largest."""

exercise = "sample"


@torch.no_grad()
def sample(next_logits, start, length, generator=None, temperature=1.0, k=None, p=None):
    text, done = [start], torch.zeros(start.shape[0], dtype=torch.bool, device=start.device)
    for step in range(length):
        scores = with_temperature(next_logits(torch.cat(text, dim=1))[:, -1, :], temperature)
        if k is not None:
            scores = top_k(scores, k)
        if p is not None:
            scores = top_p(scores, p)
        noise = torch.rand(scores.shape, generator=generator, device=scores.device, dtype=torch.float64)
        token = (scores.double() - torch.log(-torch.log(noise.clamp_min(1e-300)))).argmax(dim=-1)
        text.append(torch.where(done, torch.full_like(token, PAD), token).unsqueeze(1))
        done = done | token.eq(EOS)
        if bool(done.all()):
            break
    return torch.cat(text, dim=1)
