"""The loss as a function."""

exercise = "compile"


def ready_to_train(model, rate):
    def cross_entropy(classes, logits):
        return keras.losses.sparse_categorical_crossentropy(classes, logits, from_logits=True)

    model.compile(optimizer="adam", loss=cross_entropy, metrics=["accuracy"])
    model.optimizer.learning_rate.assign(rate)
    return model
