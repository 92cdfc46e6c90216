"""The way there holds a block at a time, but autograd keeps every block's powers for the way back: together all T² of
them. Write the way back yourself, and compute the scores once more."""

exercise = "streaming-attention"
must_fail = ["test_memory_of_both_ways"]


class StreamingAttention:
    @staticmethod
    def apply(query, key, value, real, causal, block):
        top = torch.full_like(query[..., :1], -1e30)
        total = torch.zeros_like(top)
        mixed = query.new_zeros(*query.shape[:-1], value.shape[-1])
        for start in range(0, key.shape[-2], block):
            keys = key[..., start:start + block, :]
            scores = query @ keys.transpose(-2, -1) / math.sqrt(query.shape[-1])
            hidden = torch.zeros_like(scores, dtype=torch.bool)
            if real is not None:
                hidden = hidden | ~real[:, None, None, start:start + block]
            if causal:
                rows = torch.arange(query.shape[-2], device=query.device)
                hidden = hidden | (start + torch.arange(keys.shape[-2], device=query.device) > rows[:, None])
            scores = scores.masked_fill(hidden, -1e30)
            higher = torch.maximum(top, scores.amax(-1, keepdim=True)).detach()
            powers, aged = (scores - higher).exp().masked_fill(hidden, 0.0), (top - higher).exp()
            total = aged * total + powers.sum(-1, keepdim=True)
            mixed = aged * mixed + powers @ value[..., start:start + block, :]
            top = higher
        return mixed / total.masked_fill(total == 0, 1.0)


def streaming_attention(query, key, value, real=None, causal=False, block=64):
    return StreamingAttention.apply(query, key, value, real, causal, block)
