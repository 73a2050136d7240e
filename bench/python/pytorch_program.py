"""TerGat in PyTorch on the CPU: pytorch_program.py step|step-fused|eval."""

import sys
import time

from program import serve


def build_tergat():
    from torch import cat, nn

    class Branch(nn.Sequential):
        def __init__(self):
            super().__init__(
                *(nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU()),
                *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
                *(nn.Flatten(), nn.Dropout(0.1), nn.Linear(16384, 1024), nn.ReLU()),
                *(nn.Linear(1024, 512), nn.ReLU(), nn.Dropout(0.1), nn.Linear(512, 100)),
            )

    class TerGat(nn.Module):
        def __init__(self):
            super().__init__()
            self.eyes, self.mouth = Branch(), Branch()
            self.head = nn.Sequential(
                *(nn.Dropout(0.1), nn.Linear(200, 1024), nn.ReLU()),
                *(nn.Linear(1024, 512), nn.ReLU(), nn.Dropout(0.1), nn.Linear(512, 7)),
            )

        def forward(self, eyes, mouth):
            return self.head(cat([self.mouth(mouth), self.eyes(eyes)], 1))

    return TerGat()


def prepare_step(fused):
    import torch

    model = build_tergat().train()
    options = {"fused": True} if fused else {}
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, **options)
    measure = torch.nn.CrossEntropyLoss()
    eyes, mouth = 2 * torch.rand(64, 1, 32, 32), 2 * torch.rand(64, 1, 32, 32)
    labels = torch.randint(0, 7, (64,))

    def work(steps):
        for _ in range(steps):
            optimizer.zero_grad()
            loss = measure(model(eyes, mouth), labels)
            loss.backward()
            optimizer.step()
            loss.item()

    return describe(model), work


def prepare_evaluation():
    import torch

    model = build_tergat().eval()
    eyes, mouth = 2 * torch.rand(512, 1, 32, 32), 2 * torch.rand(512, 1, 32, 32)
    labels = torch.randint(0, 7, (512,))
    measure = torch.nn.CrossEntropyLoss(reduction="sum")

    def evaluate(images, batch):
        loss = right = 0
        with torch.inference_mode():
            for start in range(0, images, batch):
                # The last batch has the remaining images.
                rows = slice(start % 512, start % 512 + min(batch, images - start))
                logits = model(eyes[rows], mouth[rows])
                loss += measure(logits, labels[rows]).item()
                right += (logits.argmax(1) == labels[rows]).sum().item()

    best = fastest([32, 64, 128, 256, 512], evaluate)
    told = describe(model)
    ready = {**told, "note": f"{told['note']}, in batches of {best}, its fastest"}
    return ready, lambda count: evaluate(256 * count, best)


def fastest(sizes, evaluate):
    """Returns the batch size with the shortest time: the minimum of three runs after a warm-up run."""

    def seconds(size):
        evaluate(512, size)
        times = []
        for _ in range(3):
            start = time.perf_counter()
            evaluate(512, size)
            times.append(time.perf_counter() - start)
        return min(times)

    return min(sizes, key=seconds)


def describe(model):
    import torch

    parameters = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    note = f"PyTorch with {torch.get_num_threads()} threads"
    return {"versions": {"torch": torch.__version__}, "parameters": parameters, "note": note}


if __name__ == "__main__":
    tasks = {
        "step": lambda: prepare_step(fused=False),
        "step-fused": lambda: prepare_step(fused=True),
        "eval": prepare_evaluation,
    }
    serve(tasks[sys.argv[1]])
