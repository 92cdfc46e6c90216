"""You count neighbours on one side only. `window` says how many there are on each."""

exercise = "bigbird-cost"
must_fail = ["test_window_and_global", "test_random", "test_long_texts"]
may_fail = ["test_short_texts"]


def count_scores(T, block, window, n_global, n_random):
    n = T // block
    count = min(n_global, n) * n
    for row in range(n_global, n):
        first, last = max(row - window, n_global), row
        seen = n_global + last - first + 1
        count += seen + min(n_random, n - seen)
    return count * block ** 2
