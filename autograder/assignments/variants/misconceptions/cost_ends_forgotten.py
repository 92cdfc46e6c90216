"""You count a full window for each row. At both ends of the text it is cut off: the first block has no neighbour on
its left."""

exercise = "bigbird-cost"
must_fail = ["test_window_and_global", "test_random", "test_long_texts"]
may_fail = ["test_short_texts"]


def count_scores(T, block, window, n_global, n_random):
    n = T // block
    count = min(n_global, n) * n
    for row in range(n_global, n):
        first = max(row - window, n_global)
        seen = n_global + row + window - first + 1
        count += seen + min(n_random, n - seen)
    return count * block ** 2
