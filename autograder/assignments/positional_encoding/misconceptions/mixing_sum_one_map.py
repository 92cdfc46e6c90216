"""You return one map where two are asked for: to_x and to_p."""

exercise = "mixing"
must_fail = [
    "test_sum",
    "test_sum_no_bias",
    "test_bias_once",
    "test_each_alone",
    "test_weight_shapes",
    "test_same_size",
    "test_map_unchanged",
]
may_fail = []


def as_concatenation(linear):
    joint = nn.Linear(2 * linear.in_features, linear.out_features, bias=linear.bias is not None)
    with torch.no_grad():
        joint.weight.copy_(torch.cat([linear.weight, linear.weight], dim=1))
        if linear.bias is not None:
            joint.bias.copy_(linear.bias)
    return joint


def as_sum(joint):
    d = joint.in_features // 2
    to_x = nn.Linear(d, joint.out_features, bias=joint.bias is not None)
    to_p = nn.Linear(d, joint.out_features, bias=False)
    with torch.no_grad():
        to_x.weight.copy_(joint.weight[:, :d])
        to_p.weight.copy_(joint.weight[:, d:])
        if joint.bias is not None:
            to_x.bias.copy_(joint.bias)
    return to_x
