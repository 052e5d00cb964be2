"""Training samples changed a little, each in its own way; whoever makes the step has seeded it."""

from math import pi

import torch
import torch.nn.functional as F
from torch import Tensor

from tui_trainer.core.recipe import Augmentation


def augmented(samples: Tensor, how: Augmentation, *, may_flip: bool) -> Tensor:
    """``samples`` (N, …) as the step uses them: images (N, C, H, W) moved, tables (N, F) with noise.

    Parameters are drawn for each sample, on its device; one for the whole batch would be no variety.
    """
    if samples.dim() == 4:
        return _moved(samples, how, may_flip=may_flip)
    return samples + how.noise * torch.randn_like(samples)


def _moved(images: Tensor, how: Augmentation, *, may_flip: bool) -> Tensor:
    """Rotated, mirrored and shifted in one go; what comes in at an edge repeats the edge."""
    count, device = len(images), images.device
    angle = _within(how.rotation * pi / 180, count, device)
    mirror = torch.ones(count, device=device)
    if how.flip and may_flip:
        mirror -= 2 * torch.randint(0, 2, (count,), device=device)
    # The grid spans -1 to 1: a shift by a share of the side is twice that.
    across, down = (_within(2 * how.shift, count, device) for _ in range(2))
    cos, sin = angle.cos(), angle.sin()
    rows = [torch.stack([mirror * cos, -sin, across], dim=1), torch.stack([mirror * sin, cos, down], dim=1)]
    grid = F.affine_grid(torch.stack(rows, dim=1), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _within(limit: float, count: int, device: torch.device) -> Tensor:
    """Numbers (count,) between plus and minus ``limit``, all as likely."""
    return (2 * torch.rand(count, device=device) - 1) * limit
