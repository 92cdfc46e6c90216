"""Where the window reaches a global block, you count that block twice. It is seen once, by whatever rule."""

exercise = "bigbird-cost"
must_fail = ["test_window_and_global", "test_long_texts"]
may_fail = ["test_short_texts", "test_random"]


def count_scores(T, block, window, n_global, n_random):
    n = T // block
    count = min(n_global, n) * n
    for row in range(n_global, n):
        first, last = max(row - window, 0), min(row + window, n - 1)
        seen = n_global + last - first + 1
        count += seen + min(n_random, n - seen)
    return count * block ** 2
