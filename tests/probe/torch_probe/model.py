"""A small network with a spatial transformer and attention over rows."""

import torch
import torch.nn.functional as F
from torch import nn


class Encoder(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.shift = nn.Linear(64, 6)
        self.conv = nn.Conv2d(1, width, 3, padding=1)
        self.qkv = nn.Linear(width, 3 * width)
        self.gain = nn.Parameter(torch.empty(width))  # fault: DET009
        self.bias = nn.Parameter(torch.empty(width))  # trap
        self.pool = nn.AdaptiveAvgPool2d(1)  # trap
        self.dropout = nn.Dropout(0.1)
        nn.init.zeros_(self.bias)

    def forward(self, x):
        theta = self.shift(x.flatten(1)).view(-1, 2, 3)
        grid = F.affine_grid(theta, x.shape, align_corners=False)
        x = F.grid_sample(x, grid, align_corners=False)  # fault: DET001
        x = F.interpolate(x, scale_factor=2, mode="nearest")  # trap
        x = self.conv(x)
        tokens = x.flatten(2).transpose(1, 2)
        query, key, value = self.qkv(tokens)[:, None].chunk(3, dim=-1)
        tokens = F.scaled_dot_product_attention(query, key, value)  # fault: DET011
        x = tokens[:, 0].transpose(1, 2).reshape_as(x) * self.gain[:, None, None]
        x = self.pool(x).flatten(1) + self.bias
        return self.dropout(torch.nan_to_num(x, 0.0, 0.0, 0.0))


class PooledClassifier(nn.Module):
    def __init__(self, classes, width=8):
        super().__init__()
        self.conv = nn.Conv2d(1, width, 3, padding=1)
        self.pool = nn.AdaptiveMaxPool2d((2, 2))  # fault: DET007
        self.head = nn.Linear(4 * width, classes)

    def forward(self, x):
        return self.head(self.pool(self.conv(x)).flatten(1))
