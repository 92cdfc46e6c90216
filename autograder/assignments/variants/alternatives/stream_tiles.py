"""Blocks of queries, too, put together by logaddexp; the way back in the same tiles."""

exercise = "streaming-attention"


class StreamingAttention(torch.autograd.Function):
    @staticmethod
    def tile(query, key, real, causal, rows, columns):
        scores = torch.einsum("bhqd,bhkd->bhqk", query[:, :, rows], key[:, :, columns]) * query.shape[-1] ** -0.5
        if real is not None:
            scores = scores.masked_fill(~real[:, columns][:, None, None], float("-inf"))
        if causal:
            places = torch.arange(key.shape[2], device=key.device)
            scores = scores.masked_fill(places[columns] > places[rows][:, None], float("-inf"))
        return scores

    @staticmethod
    def forward(ctx, query, key, value, real, causal, block):
        tiles = [slice(start, start + block) for start in range(0, key.shape[2], block)]
        strips = [slice(start, start + 256) for start in range(0, query.shape[2], 256)]
        outputs, levels = [], []
        for rows in strips:
            B, H, T, _ = query[:, :, rows].shape
            output = value.new_zeros(B, H, T, value.shape[-1])
            level = value.new_full((B, H, T, 1), float("-inf"))
            for columns in tiles:
                scores = StreamingAttention.tile(query, key, real, causal, rows, columns)
                own = scores.logsumexp(-1, keepdim=True)
                both = torch.logaddexp(level, own)
                safe = torch.where(both == float("-inf"), 0.0, both)
                output = (level - safe).exp() * output + (scores - safe).exp() @ value[:, :, columns]
                level = both
            outputs.append(output)
            levels.append(torch.where(level == float("-inf"), 0.0, level))
        output, level = torch.cat(outputs, 2), torch.cat(levels, 2)
        ctx.save_for_backward(query, key, value, output, level)
        ctx.rest = real, causal, tiles, strips
        return output

    @staticmethod
    def backward(ctx, gradient):
        query, key, value, output, level = ctx.saved_tensors
        real, causal, tiles, strips = ctx.rest
        dq, dk, dv = torch.zeros_like(query), torch.zeros_like(key), torch.zeros_like(value)
        for rows in strips:
            g = gradient[:, :, rows]
            D = (g * output[:, :, rows]).sum(-1, keepdim=True)
            for columns in tiles:
                p = (StreamingAttention.tile(query, key, real, causal, rows, columns) - level[:, :, rows]).exp()
                ds = p * (g @ value[:, :, columns].mT - D) * query.shape[-1] ** -0.5
                dq[:, :, rows] += ds @ key[:, :, columns]
                dk[:, :, columns] += ds.mT @ query[:, :, rows]
                dv[:, :, columns] += p.mT @ g
        return dq, dk, dv, None, None, None


def streaming_attention(query, key, value, real=None, causal=False, block=64):
    return StreamingAttention.apply(query, key, value, real, causal, block)
