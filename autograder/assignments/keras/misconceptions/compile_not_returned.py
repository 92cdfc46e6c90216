"""You compile the model and return nothing, where the model is asked for.
"""

exercise = "compile"
must_fail = ["test_loss", "test_accuracy", "test_steps"]
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
        metrics=["accuracy"],
    )
    return None
