"""Plain PyTorch loops for comparison: a shuffling DataLoader, modules, Adam, ``loss.item()``."""

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

    def loss(self, x: torch.Tensor) -> torch.Tensor:
        """Return the negative evidence lower bound in nats."""
        rows, kl = self(x)
        pixels = F.binary_cross_entropy(rows, x.flatten(1), reduction="sum")
        total: torch.Tensor = pixels / len(x) + kl
        return total

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return reconstruction and KL divergence."""
        h = self.encoder(x.flatten(1))
        mean, log_variance = self.mean(h), self.log_variance(h)
        z = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        kl = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(dim=1).mean()
        return torch.sigmoid(self.output(self.decoder(z))), kl


class PlainConv(nn.Module):
    """28x28: two convolutions of stride 2, a code of 32 numbers, and transposed convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.network = nn.Sequential(*_convolutions(32), *_transposed(32))

    def loss(self, x: torch.Tensor) -> torch.Tensor:
        """Return the cross-entropy, averaged over the pixels."""
        return F.binary_cross_entropy(self.network(x), x)


class PlainClassifier(nn.Module):
    """Dense layers with ReLU, a linear code layer, and logits of the classes."""

    def __init__(self, pixels: int, hidden: tuple[int, ...], code: int, classes: int) -> None:
        super().__init__()
        self.network = nn.Sequential(
            nn.Flatten(),
            *_dense((pixels, *hidden)),
            nn.Linear(hidden[-1], code),
            nn.Linear(code, classes),
        )

    def loss(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Return the cross-entropy of the classes."""
        return F.cross_entropy(self.network(x), y)


class PlainContractive(nn.Module):
    """Dense layers with tanh, with the squared norm of the encoder's Jacobian as a penalty."""

    def __init__(self, pixels: int, hidden: tuple[int, ...], code: int, weight: float) -> None:
        super().__init__()
        sizes = (pixels, *hidden, code)
        self.encoder = _dense(sizes, nn.Tanh)
        self.decoder = _dense((code, *reversed(hidden)), nn.Tanh)
        self.output = nn.Linear(hidden[0] if hidden else code, pixels)
        self._weight = weight

    def loss(self, x: torch.Tensor) -> torch.Tensor:
        """Return the cross-entropy plus the penalty, in closed form for a single layer."""
        rows = x.flatten(1).requires_grad_()
        code = self.encoder(rows)
        answer = torch.sigmoid(self.output(self.decoder(code)))
        first = self.encoder[0]
        if len(self.encoder) == 2 and isinstance(first, nn.Linear):
            sizes = first.weight.square().sum(dim=1)
            size = ((1 - code.square()).square() * sizes).sum(dim=1).mean()
        else:
            size = torch.zeros(())
            for unit in torch.eye(code.shape[1]):
                (product,) = torch.autograd.grad(
                    code, rows, unit.expand_as(code), create_graph=True
                )
                size = size + product.square().sum(dim=1).mean()
        total: torch.Tensor = F.binary_cross_entropy(answer, rows.detach()) + self._weight * size
        return total


def _convolutions(outputs: int) -> list[nn.Module]:
    return [
        nn.Conv2d(1, 16, 3, 2, 1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, 2, 1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(1568, outputs),
    ]


def _transposed(inputs: int) -> list[nn.Module]:
    return [
        nn.Linear(inputs, 1568),
        nn.ReLU(),
        nn.Unflatten(1, (32, 7, 7)),
        nn.ConvTranspose2d(32, 16, 3, 2, 1, 1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, 3, 2, 1, 1),
        nn.Sigmoid(),
    ]


def _dense(sizes: tuple[int, ...], activation: type[nn.Module] = nn.ReLU) -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), activation()]
    return nn.Sequential(*layers)


class PlainLoop:
    """Trains a module on images, as in a tutorial."""

    def __init__(
        self,
        module: PlainVae | PlainConv | PlainClassifier | PlainContractive,
        images: NDArray[np.float32],
        batch: int,
        classes: NDArray[np.int64] | None = None,
        device: str = "cpu",
    ) -> None:
        self._module = module.to(device)
        self._device = device
        self._optimizer = torch.optim.Adam(module.parameters(), lr=1e-3)
        arrays = (images,) if classes is None else (images, classes)
        data = TensorDataset(*(torch.from_numpy(array.copy()) for array in arrays))
        self._loader = DataLoader(data, batch_size=batch, shuffle=True)
        self.losses: list[float] = []

    def run(self, epochs: int = 1) -> float:
        """Run ``epochs`` and return the seconds per epoch."""
        started = time.perf_counter()
        for _ in range(epochs):
            for batch in self._loader:
                self._optimizer.zero_grad()
                loss = self._module.loss(*(each.to(self._device) for each in batch))
                torch.autograd.backward(loss)
                self._optimizer.step()
                self.losses.append(loss.item())
        return (time.perf_counter() - started) / epochs


class PlainGan:
    """Trains a GAN of 28x28 images, as in a tutorial."""

    def __init__(self, images: NDArray[np.float32], batch: int, device: str = "cpu") -> None:
        self._generator = nn.Sequential(*_transposed(32)).to(device)
        self._discriminator = nn.Sequential(*_convolutions(1)).to(device)
        self._device = torch.device(device)
        self._optimizers = [
            torch.optim.Adam(module.parameters(), lr=2e-4, betas=(0.5, 0.999))
            for module in (self._generator, self._discriminator)
        ]
        data = TensorDataset(torch.from_numpy(images.copy()))
        self._loader = DataLoader(data, batch_size=batch, shuffle=True)
        self.losses: list[float] = []

    def run(self, epochs: int = 1) -> float:
        """Run ``epochs`` and return the seconds per epoch."""
        generating, judging = self._optimizers
        started = time.perf_counter()
        for _ in range(epochs):
            for (images,) in self._loader:
                x, at = images.to(self._device), self._device
                ones, zeros = torch.ones(len(x), 1, device=at), torch.zeros(len(x), 1, device=at)
                fake = self._generator(torch.randn(len(x), 32, device=at))
                judging.zero_grad()
                told = self._judged(x, 0.9 * ones) + self._judged(fake.detach(), zeros)
                torch.autograd.backward(told)
                judging.step()
                generating.zero_grad()
                fooled = self._judged(fake, ones)
                torch.autograd.backward(fooled)
                generating.step()
                self.losses += [told.item(), fooled.item()]
        return (time.perf_counter() - started) / epochs

    def _judged(self, x: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        return F.binary_cross_entropy_with_logits(self._discriminator(x), wanted)
