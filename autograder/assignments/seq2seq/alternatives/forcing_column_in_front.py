"""A column of BOS in front of the padded words; EOS is put behind each length."""

exercise = "teacher-forcing"


def teacher_forcing(targets):
    words, lengths = make_batch(targets)
    inputs = torch.cat([torch.full((len(targets), 1), BOS), words], dim=1)
    expected = F.pad(words, (0, 1), value=PAD).scatter(1, lengths[:, None], EOS)
    return inputs, expected
