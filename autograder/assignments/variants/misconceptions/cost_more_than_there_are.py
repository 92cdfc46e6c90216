"""You count random blocks that are not there: a row of a short text sees nearly everything already, and only what is
left can be drawn."""

exercise = "bigbird-cost"
must_fail = ["test_short_texts"]
may_fail = ["test_random"]


def count_scores(T, block, window, n_global, n_random):
    n = T // block
    count = min(n_global, n) * n
    for row in range(n_global, n):
        first, last = max(row - window, n_global), min(row + window, n - 1)
        seen = n_global + last - first + 1
        count += seen + n_random
    return count * block ** 2
