"""Your loss takes the logits for probabilities: without `from_logits=True` Keras expects what a softmax has made. It
raises no error; numbers below 0 are cut off, and the model hardly learns.
"""

exercise = "compile"
must_fail = ["test_loss", "test_steps"]
may_fail = []


def ready_to_train(model, rate):
    """Compile a classifier: cross-entropy of its logits and classes (B,) int, Adam at this rate, "accuracy".

    model:   a keras.Model that gives logits (B, C)
    rate:    the learning rate, a float
    returns: the same model, compiled
    """
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model
