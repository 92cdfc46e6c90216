"""What each row does not see, taken off the square."""

exercise = "bigbird-cost"


def count_scores(T, block, window, n_global, n_random):
    n = T // block
    rest = max(n - n_global, 0)
    total = n * n
    for i in range(rest):
        unseen = max(i - window, 0) + max(rest - 1 - i - window, 0)
        total -= max(unseen - n_random, 0)
    return total * block * block
