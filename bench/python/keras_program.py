"""TerGat in Keras on TensorFlow: keras_program.py step."""

from program import serve


def build_tergat():
    from keras import Input, Model, layers

    def branch():
        block = x = Input((32, 32, 1))
        x = layers.Conv2D(32, 3, padding="same")(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x))
        x = layers.MaxPooling2D(2)(layers.Conv2D(64, 3, padding="same", activation="relu")(x))
        x = layers.Dropout(0.1)(layers.Flatten()(x))
        x = layers.Dense(512, activation="relu")(layers.Dense(1024, activation="relu")(x))
        return block, layers.Dense(100)(layers.Dropout(0.1)(x))

    eyes, eyes_latent = branch()
    mouth, mouth_latent = branch()
    x = layers.Dropout(0.1)(layers.Concatenate()([mouth_latent, eyes_latent]))
    x = layers.Dense(512, activation="relu")(layers.Dense(1024, activation="relu")(x))
    return Model([eyes, mouth], layers.Dense(7)(layers.Dropout(0.1)(x)))


def prepare():
    import keras
    import numpy
    import tensorflow

    model = build_tergat()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss)
    draw = numpy.random.default_rng(1)
    blocks = [2 * draw.random((64, 32, 32, 1), dtype=numpy.float32) for _ in range(2)]
    labels = draw.integers(0, 7, 64)

    def work(steps):
        for _ in range(steps):
            model.train_on_batch(blocks, labels)

    versions = {"keras": keras.__version__, "keras' TensorFlow": tensorflow.__version__}
    parameters = sum(weight.shape.num_elements() for weight in (w.value for w in model.trainable_weights))
    return {"versions": versions, "parameters": parameters}, work


if __name__ == "__main__":
    serve(prepare)
