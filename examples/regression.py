"""A regression with a residual block and a learning-rate schedule, in the target's units."""

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

import ganglion as gn

X, y = load_diabetes(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
mean, scale = y_train.mean(), y_train.std()

net = gn.Sequential(
    [
        gn.Dense(32, activation="silu"),
        gn.Residual([gn.Dense(32, activation="silu"), gn.Dropout(0.2), gn.Dense(32)]),
        gn.Dense(1),
    ],
    input_size=X.shape[1],
)
epochs, batch_size = 60, 32
steps = epochs * -(-len(X_train) // batch_size)
schedule = gn.schedules.Warmup(
    gn.schedules.CosineDecay(3e-3, decay_steps=steps - 20), warmup_steps=20
)
net.compile(gn.optimizers.AdamW(learning_rate=schedule), loss=gn.losses.Huber(delta=1.0))
net.fit(X_train, (y_train - mean) / scale, batch_size=batch_size, epochs=epochs, verbose=0)

predicted = net.predict(X_test)[:, 0] * scale + mean
print(f"mean absolute error: {np.abs(predicted - y_test).mean():.1f}")
print(f"of always saying the mean: {np.abs(mean - y_test).mean():.1f}")
