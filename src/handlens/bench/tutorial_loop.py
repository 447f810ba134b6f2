"""The conventional loop, as the lab's notebook has it: the thing to beat.

Every digit becomes a PIL image and then a tensor, one at a time, as torchvision's MNIST with ToTensor makes
it; a DataLoader collects them; the losses are kept, and after each epoch the test set is scored, with
gradients as at any other time. The notebook keeps each epoch's last loss; here all are kept, to compare them.

As a child (`handlens.bench.children`) it answers once, with what `run` returns.
"""

from collections.abc import Iterator
from time import perf_counter
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from handlens import data
from handlens.bench.children import answer, settings

BATCH, TEST_BATCH, RATE, SEED = 100, 5000, 0.1, 0


class Items(Dataset[tuple[Tensor, int]]):
    """What torchvision's MNIST with ToTensor gives, an item at a time, by the same steps."""

    def __init__(self, split: data.Split, first: int | None = None) -> None:
        self.data = torch.from_numpy(split.images[:first].copy())
        self.targets = torch.from_numpy(split.labels[:first].astype(np.int64))

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = Image.fromarray(self.data[index].numpy())
        pixels = torch.from_numpy(np.array(image, np.uint8, copy=True))
        channels_first = pixels.view(image.height, image.width, 1).permute(2, 0, 1).contiguous()
        return channels_first.to(torch.float32).div(255), int(self.targets[index])


class TutorialCNN(nn.Module):
    """The lab's network, in the lab's order of operations."""

    def __init__(self) -> None:
        super().__init__()
        self.cnn1 = nn.Conv2d(1, 16, kernel_size=5, padding=2)
        self.relu1 = nn.ReLU()
        self.maxpool1 = nn.MaxPool2d(2)
        self.cnn2 = nn.Conv2d(16, 32, kernel_size=5, padding=2)
        self.relu2 = nn.ReLU()
        self.maxpool2 = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(32 * 7 * 7, 10)

    def forward(self, x: Float[Tensor, "batch 1 28 28"]) -> Float[Tensor, "batch 10"]:
        """Logits of images with pixels in 0…1."""
        x = self.maxpool1(self.relu1(self.cnn1(x)))
        x = self.maxpool2(self.relu2(self.cnn2(x)))
        logits: Tensor = self.fc1(x.view(x.size(0), -1))
        return logits


class Loop:
    """The loop's parts, with which `epoch` and `accuracy` go on from one call to the next.

    Args:
        sets: the digits.
        limit: train on the first so many only, and…
        watch_first: …score the first so many only, where a measurement is merely tried out.
    """

    def __init__(self, sets: data.Sets, limit: int | None = None, watch_first: int | None = None) -> None:
        torch.manual_seed(SEED)
        self.model = TutorialCNN()
        self.criterion = nn.CrossEntropyLoss()
        self.optimiser = torch.optim.SGD(self.model.parameters(), lr=RATE)
        self.train_loader = DataLoader(Items(sets.development, limit), batch_size=BATCH)
        test = Items(sets.test, watch_first)
        self.test_count, self.test_loader = len(test), DataLoader(test, batch_size=TEST_BATCH)

    def epoch(self) -> Iterator[Tensor]:
        """One pass through the training digits; the loss of each step, after its update."""
        for x, y in self.train_loader:
            self.optimiser.zero_grad()
            z = self.model(x)
            loss = self.criterion(z, y)
            loss.backward()
            self.optimiser.step()
            yield loss.data

    def accuracy(self) -> float:
        """The share of the test digits that are right."""
        correct = 0
        for x, y in self.test_loader:
            z = self.model(x)
            _, answers = torch.max(z.data, 1)
            correct += int((answers == y).sum().item())
        return correct / self.test_count


def run(epochs: int, limit: int | None = None, watch_first: int | None = None) -> dict[str, Any]:
    """Run the loop.

    Returns:
        The seconds of training and of evaluation, each epoch's accuracy and every step's loss.
    """
    loop = Loop(data.load("mnist"), limit, watch_first)
    training, evaluation = 0.0, 0.0
    losses: list[Tensor] = []
    accuracies: list[float] = []
    for _ in range(epochs):
        began = perf_counter()
        losses.extend(loop.epoch())
        trained = perf_counter()
        accuracies.append(loop.accuracy())
        training += trained - began
        evaluation += perf_counter() - trained
    return {
        "training": training,
        "evaluation": evaluation,
        "accuracies": accuracies,
        "losses": [float(loss) for loss in losses],
        "threads": torch.get_num_threads(),
    }


if __name__ == "__main__":
    answer(run(**settings()))
