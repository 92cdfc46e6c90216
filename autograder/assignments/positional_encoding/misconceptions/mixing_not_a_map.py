"""You return a map of the old width. A concatenation has 2 d numbers: joint is an nn.Linear(2 * d, d_out)."""

exercise = "mixing"
must_fail = [
    "test_concatenation",
    "test_concatenation_no_bias",
    "test_bias_once",
    "test_each_alone",
    "test_weight_shapes",
    "test_same_size",
]
may_fail = []


def as_concatenation(linear):
    return linear


def as_sum(joint):
    d = joint.in_features // 2
    to_x = nn.Linear(d, joint.out_features, bias=joint.bias is not None)
    to_p = nn.Linear(d, joint.out_features, bias=False)
    with torch.no_grad():
        to_x.weight.copy_(joint.weight[:, :d])
        to_p.weight.copy_(joint.weight[:, d:])
        if joint.bias is not None:
            to_x.bias.copy_(joint.bias)
    return to_x, to_p
