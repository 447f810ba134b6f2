"""Networks as people write them, for tests of tracing and of recording a foreign loop."""

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812
from literal import Week5
from torch import Tensor, nn


def plain() -> nn.Module:
    """A Sequential of layers, lazy at its end."""
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding="same"),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 12, 3, stride=2),
        nn.LeakyReLU(0.1),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.LazyLinear(10),
    )
    model(torch.zeros(1, 1, 28, 28))
    return model


class Classic(nn.Module):
    """The shape of PyTorch's old MNIST example: functions, channel dropout, view(-1, 320), log-softmax."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.drop = nn.Dropout2d()
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.drop(self.conv2(x)), 2))
        x = x.view(-1, 320)
        x = F.dropout(F.relu(self.fc1(x)), training=self.training)
        return F.log_softmax(self.fc2(x), dim=1)


class Normed(nn.Module):
    """Batch norm after each convolution, and of a vector; one without affine."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, bias=False),
            nn.BatchNorm2d(8),
            nn.SiLU(),
            nn.AvgPool2d(2),
            nn.Conv2d(8, 8, 3, groups=8),
            nn.BatchNorm2d(8, affine=False),
            nn.GELU(),
        )
        self.head = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.Tanh(), nn.Linear(16, 10))

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x).mean([2, 3]))


class Block(nn.Module):
    """A residual block with one ReLU used twice, in place."""

    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.downsample = None
        if stride > 1:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out)
            )

    def forward(self, x: Tensor) -> Tensor:
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += identity
        return self.relu(out)


class Residual(nn.Module):
    """A small ResNet."""

    def __init__(self, channels: int = 1) -> None:
        super().__init__()
        self.stem = nn.Conv2d(channels, 8, 3, padding=1)
        self.stages = nn.Sequential(Block(8, 8, 1), Block(8, 12, 2))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(12, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stages(F.relu_(self.stem(x)))
        return self.fc(torch.flatten(self.avgpool(x), 1))


class Colour(nn.Module):
    """RGB 32x32, normalised inside, channel dropout, log-softmax."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.49, 0.48, 0.45]))
        self.register_buffer("std", torch.tensor([0.25, 0.24, 0.26]), persistent=False)
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(8)
        self.drop = nn.Dropout2d(0.2)
        self.conv2 = nn.Conv2d(8, 16, 3, stride=2)
        self.fc = nn.Linear(16 * 3 * 3, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = (x - self.mean[:, None, None]) / self.std.view(1, 3, 1, 1)
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        x = F.avg_pool2d(torch.sigmoid(self.conv2(self.drop(x))), 2)
        return F.log_softmax(self.fc(x.reshape(x.size(0), -1)), dim=1)


class Inception(nn.Module):
    """Branches that are joined."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Conv2d(1, 3, 1)
        self.b = nn.Sequential(nn.Conv2d(1, 2, 1), nn.Conv2d(2, 4, 5, padding=2))
        self.fc = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.cat([self.a(x), self.b(x), F.max_pool2d(x, 3, 1, 1)], dim=1)
        return self.fc(torch.relu(x).mean((-2, -1)))


class Reused(nn.Module):
    """One convolution three times, its weights tied to those of another."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3, padding=1)
        self.again = nn.Conv2d(4, 4, 3, padding=1)
        self.tied = nn.Conv2d(4, 4, 3, padding=1)
        self.tied.weight = self.again.weight
        self.fc = nn.Linear(4, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        for _ in range(3):
            x = torch.tanh(self.again(x))
        return self.fc(self.tied(x).mean([2, 3]))


FIVE: dict[str, Callable[[], nn.Module]] = {
    "plain": plain,
    "batch norm": Normed,
    "residual": Residual,
    "rgb": Colour,
    "tuple": Week5,
}
ALL = {**FIVE, "classic": Classic, "inception": Inception, "reused": Reused}


def built(name: str, seed: int = 0) -> nn.Module:
    """One of `ALL`, drawn from a seed, its running statistics stirred so that they matter."""
    torch.manual_seed(seed)
    model = ALL[name]()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, std=0.1)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
    return model


def images(name: str, n: int, seed: int = 0) -> Tensor:
    """Images as that network takes them."""
    shape = (3, 32, 32) if name == "rgb" else (1, 28, 28)
    return torch.rand(n, *shape, generator=torch.Generator().manual_seed(seed))
