"""The loops everybody writes: a DataLoader that shuffles, modules, Adam, and ``loss.item()``."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class PlainVae(nn.Module):
    """Dense encoder, mean and log variance, dense decoder."""

    def __init__(self, pixels: int, hidden: tuple[int, ...], latent: int) -> None:
        super().__init__()
        sizes = (pixels, *hidden)
        self.encoder = _dense(sizes)
        self.mean = nn.Linear(sizes[-1], latent)
        self.log_variance = nn.Linear(sizes[-1], latent)
        self.decoder = _dense((latent, *reversed(hidden)))
        self.output = nn.Linear(hidden[0], pixels)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Reconstruction and KL."""
        h = self.encoder(x.flatten(1))
        mean, log_variance = self.mean(h), self.log_variance(h)
        z = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        kl = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(dim=1).mean()
        return torch.sigmoid(self.output(self.decoder(z))), kl


class PlainConv(nn.Module):
    """28x28: two convolutions of stride 2, 32 numbers, and the way back."""

    def __init__(self) -> None:
        super().__init__()
        self.network = nn.Sequential(
            nn.Conv2d(1, 16, 3, 2, 1),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, 2, 1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(1568, 32),
            nn.Linear(32, 1568),
            nn.ReLU(),
            nn.Unflatten(1, (32, 7, 7)),
            nn.ConvTranspose2d(32, 16, 3, 2, 1, 1),
            nn.ReLU(),
            nn.ConvTranspose2d(16, 1, 3, 2, 1, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Reconstruction."""
        result: torch.Tensor = self.network(x)
        return result


def _dense(sizes: tuple[int, ...]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers)


class PlainLoop:
    """Epochs of a module over images, as in a tutorial."""

    def __init__(self, module: nn.Module, images: NDArray[np.float32], batch: int) -> None:
        self._module = module
        self._optimizer = torch.optim.Adam(module.parameters(), lr=1e-3)
        data = TensorDataset(torch.from_numpy(images.copy()))
        self._loader = DataLoader(data, batch_size=batch, shuffle=True)
        self.losses: list[float] = []

    def run(self, epochs: int = 1) -> float:
        """Seconds per epoch."""
        started = time.perf_counter()
        for _ in range(epochs):
            for (x,) in self._loader:
                self._optimizer.zero_grad()
                loss = self._loss(x)
                torch.autograd.backward(loss)
                self._optimizer.step()
                self.losses.append(loss.item())
        return (time.perf_counter() - started) / epochs

    def _loss(self, x: torch.Tensor) -> torch.Tensor:
        if isinstance(self._module, PlainVae):
            rows, kl = self._module(x)
            vae: torch.Tensor = F.binary_cross_entropy(rows, x.flatten(1), reduction="sum")
            total: torch.Tensor = vae / len(x) + kl
            return total
        loss: torch.Tensor = F.binary_cross_entropy(self._module(x), x)
        return loss
