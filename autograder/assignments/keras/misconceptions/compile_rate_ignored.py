"""Your optimizer is "adam" with the rate that Keras takes by itself, 0.001; the rate that you were given is not used.
"""

exercise = "compile"
must_fail = ["test_steps"]
may_fail = []


def ready_to_train(model, rate):
    """Compile a classifier: cross-entropy of its logits and classes (B,) int, Adam at this rate, "accuracy".

    model:   a keras.Model that gives logits (B, C)
    rate:    the learning rate, a float
    returns: the same model, compiled
    """
    model.compile(
        optimizer="adam",
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
