"""You count blocks. Each stands for block times block scores."""

exercise = "bigbird-cost"
must_fail = ["test_window_and_global", "test_random", "test_short_texts", "test_long_texts"]


def count_scores(T, block, window, n_global, n_random):
    n = T // block
    count = min(n_global, n) * n
    for row in range(n_global, n):
        first, last = max(row - window, n_global), min(row + window, n - 1)
        seen = n_global + last - first + 1
        count += seen + min(n_random, n - seen)
    return count
