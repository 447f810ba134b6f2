"""The two documents' own training loops, written anew to the letter: what to agree with."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from handlens.data import Split


class PerItem(Dataset[tuple[Tensor, int]]):
    """What torchvision's MNIST with ToTensor gives, an item at a time."""

    def __init__(self, split: Split) -> None:
        self.split = split

    def __len__(self) -> int:
        return len(self.split)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = torch.from_numpy(self.split.images[index].copy()).to(torch.float32).div(255)
        return image[None], int(self.split.labels[index])


class Lab(nn.Module):
    """The lab's CNN."""

    def __init__(self, out_1: int = 16, out_2: int = 32) -> None:
        super().__init__()
        self.cnn1 = nn.Conv2d(1, out_1, kernel_size=5, padding=2)
        self.relu1 = nn.ReLU()
        self.maxpool1 = nn.MaxPool2d(2)
        self.cnn2 = nn.Conv2d(out_1, out_2, kernel_size=5, stride=1, padding=2)
        self.relu2 = nn.ReLU()
        self.maxpool2 = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(out_2 * 7 * 7, 10)

    def forward(self, x: Tensor) -> Tensor:
        out = self.maxpool1(self.relu1(self.cnn1(x)))
        out = self.maxpool2(self.relu2(self.cnn2(out)))
        return self.fc1(out.view(out.size(0), -1))


class Week5(nn.Module):
    """The write-up's CNN; its forward returns the flattened layer too."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv2d(1, 16, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(2))
        self.conv2 = nn.Sequential(nn.Conv2d(16, 32, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(2))
        self.out = nn.Linear(32 * 7 * 7, 10)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.conv2(self.conv1(x))
        x = x.view(x.size(0), -1)
        return self.out(x), x


def lab_losses(model: Lab, split: Split, epochs: int) -> Iterator[float]:
    """The lab's loop: SGD 0.1, batches of 100 in file order; the loss of each step."""
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    loader = DataLoader(PerItem(split), batch_size=100)
    for _ in range(epochs):
        for x, y in loader:
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimiser.step()
            yield loss.item()


def week5_losses(split: Split) -> Iterator[float]:
    """The write-up's loop: seed 1, Adam 0.001, batches of 50 shuffled by the DataLoader."""
    torch.manual_seed(1)
    loader = DataLoader(PerItem(split), batch_size=50, shuffle=True)
    model = Week5()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.001)
    for x, y in loader:
        output = model(x)[0]
        loss = nn.functional.cross_entropy(output, y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        yield loss.item()


def accuracy(model: nn.Module, split: Split) -> float:
    """The share of right answers, as the lab counts them."""
    images = torch.from_numpy(split.images.astype(np.float32) / 255)[:, None]
    with torch.no_grad():
        answers = torch.cat([model(part).argmax(1) for part in images.split(1000)])
    return float((answers.numpy() == split.labels).mean())
