"""Lists filled up by hand, without make_batch."""

exercise = "teacher-forcing"
stand_in = True


def teacher_forcing(targets):
    width = 1 + max(len(target) for target in targets)


    def fill(row):
        return row + (width - len(row)) * [PAD]


    inputs = torch.tensor([fill([BOS, *target]) for target in targets])
    return inputs, torch.tensor([fill([*target, EOS]) for target in targets])
