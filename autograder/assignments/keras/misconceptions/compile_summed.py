"""Your loss is the sum over the texts of a batch. Keras's own choice, and what is asked for, is their mean: it does
not grow with the batch.
"""

exercise = "compile"
must_fail = ["test_loss"]
may_fail = ["test_steps"]


def ready_to_train(model, rate):
    """Compile a classifier: cross-entropy of its logits and classes (B,) int, Adam at this rate, "accuracy".

    model:   a keras.Model that gives logits (B, C)
    rate:    the learning rate, a float
    returns: the same model, compiled
    """
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum"),
        metrics=["accuracy"],
    )
    return model
