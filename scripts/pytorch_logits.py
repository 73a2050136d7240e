"""Computes TerGat's logits in PyTorch from an exported file, so that they can be compared.

    python scripts/pytorch_logits.py weights.safetensors inputs.safetensors

Weights are what `npx . export --format pytorch` writes for TerGat, loaded by load_state_dict; inputs hold `eyes` and
`mouth`, [n, 1, 32, 32]. Prints {"torch": version, "logits": [...]}. Needs torch and numpy only.
"""

import json
import struct
import sys

import numpy as np
import torch
from torch import nn


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        values = np.frombuffer(data[start:end], dtype="<f4").reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors


def connections(inputs, outputs):
    return nn.Sequential(
        nn.Dropout(0.1), nn.Linear(inputs, 1024), nn.ReLU(), nn.Linear(1024, 512), nn.ReLU(),
        nn.Dropout(0.1), nn.Linear(512, outputs),
    )


class TerGat(nn.Module):
    """The original's form, under its names: `lower` is given the mouth's block, `upper` the eyes'."""

    def __init__(self):
        super().__init__()
        for part in ("lower", "upper"):
            convolutions = nn.Sequential(
                nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
                nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            )
            setattr(self, f"{part}_conv_layer", convolutions)
            setattr(self, f"{part}_fc_layer", connections(16384, 100))
        self.final_fc = connections(200, 7)

    def forward(self, eyes, mouth):
        lower = self.lower_fc_layer(self.lower_conv_layer(mouth).flatten(1))
        upper = self.upper_fc_layer(self.upper_conv_layer(eyes).flatten(1))
        return self.final_fc(torch.cat((lower, upper), dim=1))


def main(weights, inputs):
    torch.set_num_threads(1)
    model = TerGat()
    missing, unexpected = model.load_state_dict(read(weights), strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise SystemExit(f"Expected the original's names but missed {missing} and received {unexpected}")
    model.eval()
    given = read(inputs)
    with torch.no_grad():
        logits = model(given["eyes"], given["mouth"])
    print(json.dumps({"torch": torch.__version__, "logits": logits.flatten().tolist()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
