"""The loop of most tutorials: torchvision's MNIST, transformed sample by sample in a DataLoader."""

from torch import nn
from torch.utils.data import DataLoader, Subset

from benchmarks.contenders import Gate, Net, data_folder
from benchmarks.contenders.course import loop, network
from tui_trainer.training.torchvision_compat import MNIST


def train(net: Net, gate: Gate) -> None:
    """Train without end."""
    from torchvision import transforms  # type: ignore[import-untyped]  # after torchvision_compat

    prepare = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])
    images = MNIST(str(data_folder()), train=True, transform=prepare)
    loop(
        nn.Sequential(nn.Flatten(), network(net)),
        DataLoader(Subset(images, range(54_000)), batch_size=net.batch_size, shuffle=True),
        DataLoader(Subset(images, range(54_000, 60_000)), batch_size=256),
        net,
        gate,
    )
