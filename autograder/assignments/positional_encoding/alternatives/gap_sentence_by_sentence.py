"""Loops over sentences and words."""

exercise = "equivariance"


def permutation_gap(layer, x, order):
    worst = 0.0
    for i in range(x.shape[0]):
        sentence = x[i : i + 1]
        shuffled = torch.stack([sentence[0, j] for j in order.tolist()])[None]
        first, last = layer(shuffled)[0], layer(sentence)[0]
        for row, j in enumerate(order.tolist()):
            worst = max(worst, float((first[row] - last[j]).abs().max()))
    return worst
