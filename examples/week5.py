"""The write-up "Week5 - Convolution Neural Networks" by Chang Wang, retold in its order, with its loop kept.

Two lines are new: `with hl.record(...)` around the training and `rec.step(...)` in it. The write-up fits a
t-SNE while it trains; here the film of the last layer is made afterwards, from the recording.

    python examples/week5.py                   # the whole write-up: one epoch of 60,000 digits
    python examples/week5.py --limit 6000      # a tenth of the digits
"""

import argparse
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import handlens as hl
from handlens.insight import figures

BATCH_SIZE = 50
LR = 0.001


class CNN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(  # (1, 28, 28)
            nn.Conv2d(in_channels=1, out_channels=16, kernel_size=5, stride=1, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2),  # (16, 14, 14)
        )
        self.conv2 = nn.Sequential(
            nn.Conv2d(16, 32, 5, 1, 2),
            nn.ReLU(),
            nn.MaxPool2d(2),  # (32, 7, 7)
        )
        self.out = nn.Linear(32 * 7 * 7, 10)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.conv2(self.conv1(x))
        x = x.view(x.size(0), -1)
        return self.out(x), x  # x is the last layer that the film shows


def main(limit: int | None = None, epochs: int = 1, out: str | Path = "runs/week5-own-loop") -> None:
    torch.manual_seed(1)

    # MNIST handwritten data
    mnist = hl.data.load("mnist")
    train_images = torch.tensor(mnist.development.images[:limit])
    train_labels = torch.tensor(mnist.development.labels[:limit]).long()
    print(train_images.size())
    print(train_labels.size())
    first_digit = figures.digit(train_images[0].numpy(), train_labels[0].item(), title="The first digit")

    train_data = TensorDataset(train_images.unsqueeze(1).float() / 255, train_labels)
    train_loader = DataLoader(dataset=train_data, batch_size=BATCH_SIZE, shuffle=True)

    # The first 2,000 test digits, to speed up testing
    first = 2000 if limit is None else min(limit, 2000)
    test_x = torch.tensor(mnist.test.images[:first]).unsqueeze(1).float() / 255
    test_y = torch.tensor(mnist.test.labels[:first]).long()

    cnn = CNN()
    print(cnn)

    # Training. The write-up leaves these two undefined; its printed numbers imply them.
    optimizer = torch.optim.Adam(cnn.parameters(), lr=LR)
    loss_func = nn.CrossEntropyLoss()

    with hl.record(cnn, out, samples=(test_x, test_y)) as rec:  # the first new line
        for epoch in range(epochs):
            for step, (b_x, b_y) in enumerate(train_loader):
                output = cnn(b_x)[0]
                loss = loss_func(output, b_y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                rec.step(loss=loss)  # the second new line

                if step % 50 == 0:
                    with torch.no_grad():
                        test_output, _ = cnn(test_x)
                    accuracy = (test_output.argmax(1) == test_y).float().mean().item()
                    rec.evaluation(accuracy=accuracy, loss=loss_func(test_output, test_y), n=first)
                    print(f"Epoch:  {epoch} | train loss: {loss.item():.4f} | test accuracy: {accuracy:.2f}")

    # Ten predictions against the truth
    test_output, _ = cnn(test_x[:10])
    print(test_output.argmax(1).numpy(), "prediction number")
    print(test_y[:10].numpy(), "real number")

    # Visualization: from here on everything looks at the recording.
    run = hl.load(out)
    pictures = {
        "first-digit": first_digit,
        "ten-predictions": hl.look(run, "predictions", n=10, title="Ten predictions"),
        "loss-and-accuracy": hl.look(run, "curves"),
        "last-layer": hl.look(run, "embedding", title="Visualize last layer"),
    }
    folder = run.folder / "figures"
    folder.mkdir()
    for name, figure in pictures.items():
        figure.savefig(folder / f"{name}.png")
        print(folder / f"{name}.png")
    print(hl.report(run))  # the film, and everything else that can be drawn, on one page
    print(folder / "tsne.gif")
    print('The same without a loop of your own: run = hl.train("week5", out="runs/week5"); hl.report(run)')


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N digits of each set")
    parser.add_argument("--epochs", type=int, default=1, metavar="N")
    parser.add_argument("--out", default="runs/week5-own-loop", metavar="DIR", help="must not exist")
    main(**vars(parser.parse_args()))
