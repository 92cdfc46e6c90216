"""You count global rows like all others. They look at every block, and they need no lots."""

exercise = "bigbird-cost"
must_fail = ["test_window_and_global", "test_random", "test_long_texts"]
may_fail = ["test_short_texts"]


def count_scores(T, block, window, n_global, n_random):
    n = T // block
    count = 0
    for row in range(n):
        first, last = max(row - window, n_global), min(row + window, n - 1)
        seen = n_global + last - first + 1
        count += seen + min(n_random, n - seen)
    return count * block ** 2
