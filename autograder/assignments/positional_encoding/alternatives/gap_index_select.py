"""index_select and gather in place of indexing, without gradients."""

exercise = "equivariance"


def permutation_gap(layer, x, order):
    with torch.no_grad():
        first = layer(torch.index_select(x, 1, order))
        output = layer(x)
        last = output.gather(1, order.view(1, -1, 1).expand(output.shape))
        return torch.linalg.vector_norm(first - last, ord=float("inf"))
