"""The lab "Convolutional Neural Network" of cognitiveclass.ai, retold in its order, with its loop kept.

Two lines are new: `with hl.record(...)` around the training and `rec.step(...)` in it. After them each of the
lab's pictures is one call, and can be drawn for any step of the training, not only for the last.

    python examples/lab.py                            # the whole lab: ten epochs, a few minutes
    python examples/lab.py --limit 6000 --epochs 2    # a tenth of the digits, twice
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import handlens as hl
from handlens.data import Split
from handlens.insight import figures

STAGES = ("cnn1", "relu1", "maxpool1", "cnn2", "relu2", "maxpool2")


class CNN(nn.Module):
    def __init__(self, out_1: int = 16, out_2: int = 32) -> None:
        super().__init__()
        self.cnn1 = nn.Conv2d(in_channels=1, out_channels=out_1, kernel_size=5, padding=2)
        self.relu1 = nn.ReLU()
        self.maxpool1 = nn.MaxPool2d(kernel_size=2)
        self.cnn2 = nn.Conv2d(in_channels=out_1, out_channels=out_2, kernel_size=5, stride=1, padding=2)
        self.relu2 = nn.ReLU()
        self.maxpool2 = nn.MaxPool2d(kernel_size=2)
        self.fc1 = nn.Linear(out_2 * 7 * 7, 10)

    def forward(self, x: Tensor) -> Tensor:
        out = self.maxpool1(self.relu1(self.cnn1(x)))
        out = self.maxpool2(self.relu2(self.cnn2(out)))
        out = out.view(out.size(0), -1)
        return self.fc1(out)


def as_dataset(split: Split, limit: int | None) -> TensorDataset:
    """What torchvision's MNIST with ToTensor gives: images [1, 28, 28] in 0…1, labels as LongTensor."""
    images = torch.tensor(split.images[:limit]).unsqueeze(1).float() / 255
    return TensorDataset(images, torch.tensor(split.labels[:limit]).long())


def main(limit: int | None = None, epochs: int = 10, out: str | Path = "runs/lab-own-loop") -> None:
    pictures = {}  # name → figure; all are saved at the end

    # Prepare data. The lab calls the test set its validation set.
    mnist = hl.data.load("mnist")
    print(mnist.development, mnist.test, sep="\n")
    train_dataset = as_dataset(mnist.development, limit)
    validation_dataset = as_dataset(mnist.test, limit)
    print("type of a label:", train_dataset[0][1].type())

    # Data visualization
    print("label of the fourth sample:", train_dataset[3][1])
    pictures["fourth-sample"] = show_data(train_dataset, 3)
    pictures["third-sample"] = show_data(train_dataset, 2)

    # Build the network. The lab sets no seed; with one, two runs give the same numbers.
    torch.manual_seed(0)
    model = CNN(out_1=16, out_2=32)

    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    train_loader = DataLoader(train_dataset, batch_size=100)
    validation_loader = DataLoader(validation_dataset, batch_size=5000)
    loss_list, accuracy_list = [], []
    N_test = len(validation_dataset)

    with hl.record(model, out, samples=validation_dataset.tensors) as rec:  # the first new line
        # The kernels before training. They stay in the recording, as step 0, and can be drawn later too.
        first, second = "1st layer kernels before training", "2nd layer kernels before training"
        pictures["kernels-before-cnn1"] = hl.look(out, "kernels", layer="cnn1", rows=4, title=first)
        pictures["kernels-before-cnn2"] = hl.look(out, "kernels", layer="cnn2", rows=4, title=second)

        for epoch in range(epochs):
            for x, y in train_loader:
                optimizer.zero_grad()
                z = model(x)
                loss = criterion(z, y)
                loss.backward()
                optimizer.step()
                rec.step(loss=loss)  # the second new line

            correct, test_loss = 0, 0.0
            with torch.no_grad():
                for x_test, y_test in validation_loader:
                    z = model(x_test)
                    correct += (z.argmax(1) == y_test).sum().item()
                    test_loss += criterion(z, y_test).item() * len(y_test)
            accuracy = correct / N_test
            accuracy_list.append(accuracy)
            loss_list.append(loss.item())
            rec.evaluation(accuracy=accuracy, loss=test_loss / N_test, n=N_test)
            print(f"epoch {epoch + 1}: loss of the last batch {loss.item():.4f}, accuracy {accuracy:.4f}")

    # Analyse results: everything below looks at the recording; no training runs again.
    run = hl.load(out)
    at = np.arange(1, epochs + 1)
    pictures["loss-and-accuracy"] = figures.curves(at, np.array(loss_list), at, np.array(accuracy_list))
    pictures["loss-of-every-step"] = hl.look(run, "curves")
    pictures["kernels-after-cnn1"] = hl.look(run, "kernels", layer="cnn1")  # one input: these are all
    pictures["kernels-after-cnn2"] = hl.look(run, "matrix", layer="cnn2")  # 32 outputs x 16 inputs

    # The second sample, then the third, before and after each ReLU and pooling
    for sample in (1, 2):
        pictures[f"sample-{sample}"] = show_data(train_dataset, sample)
        maps = run.stages(train_dataset[sample][0][None].numpy())
        for stage in STAGES:
            print(f"sample {sample}, {stage}: {list(maps[stage].shape)}")
            title = f"Training digit no. {sample}: {stage}"
            pictures[f"sample-{sample}-{stage}"] = figures.activations(maps[stage][0], title=title)
        title = f"Training digit no. {sample}: flattened"
        print(f"sample {sample}, flattened: {list(maps['view'].shape)}")
        pictures[f"sample-{sample}-flattened"] = figures.flattened(maps["view"][0], channels=32, title=title)

    # The first five misclassified samples
    yhat = run.outputs("samples").argmax(axis=1)
    for index in np.flatnonzero(yhat != validation_dataset.tensors[1].numpy())[:5]:
        print("yhat:", yhat[index], "y:", validation_dataset[index][1].item())
    pictures["first-five-misclassified"] = hl.look(run, "mistakes", n=5)

    folder = run.folder / "figures"
    folder.mkdir()
    for name, figure in pictures.items():
        figure.savefig(folder / f"{name}.png")
        print(folder / f"{name}.png")
    print('The same without a loop of your own: run = hl.train("lab", out="runs/lab"); hl.report(run)')


def show_data(dataset: TensorDataset, index: int) -> Figure:
    """One digit with its label, as the lab's function of this name."""
    image, label = dataset[index]
    return figures.digit(image[0].numpy(), label.item(), title=f"Training digit no. {index}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N digits of each set")
    parser.add_argument("--epochs", type=int, default=10, metavar="N")
    parser.add_argument("--out", default="runs/lab-own-loop", metavar="DIR", help="must not exist")
    main(**vars(parser.parse_args()))
