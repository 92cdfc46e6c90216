"""You asked for no metric. The loss is what the model learns from; the share of right answers is what people want to
know.
"""

exercise = "compile"
must_fail = ["test_accuracy"]
may_fail = []


def ready_to_train(model, rate):
    """Compile a classifier: cross-entropy of its logits and classes (B,) int, Adam at this rate, "accuracy".

    model:   a keras.Model that gives logits (B, C)
    rate:    the learning rate, a float
    returns: the same model, compiled
    """
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model
