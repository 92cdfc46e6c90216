"""Your number is the mean of the perplexities of the batches. So it depends on how the texts were cut into batches. One
mean of log p over all tokens, and exp last.
"""

exercise = "perplexity"
must_fail = ["test_batches"]
may_fail = []


def perplexity(batches):
    values = [math.exp(-log_p[real].mean().item()) for log_p, real in batches]
    return sum(values) / len(values)
