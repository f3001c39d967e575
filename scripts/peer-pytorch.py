"""Times preset s in PyTorch, the peer that the app's engines are held against: python3 scripts/peer-pytorch.py [threads].

Same layers, sizes, batch and precision as src-main/models/duoVae.ts; the loss is the squared error alone, which is cheaper than
the app's, so that the comparison favours the peer. Compare with the lines of `npm run bench` from the same machine and hour.
"""
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

ENCODER, DECODER, LATENT, POSITIONS, TIMES, FIELD = (64, 80, 112, 144), (32, 48, 64), 48, 128, 64, 8


class FrequencyDense(nn.Module):
    def __init__(self, positions):
        super().__init__()
        self.down, self.up = nn.Linear(positions, positions // 4, bias=False), nn.Linear(positions // 4, positions, bias=False)

    def forward(self, x):
        return self.up(F.relu(self.down(x)))


class EncoderBlock(nn.Module):
    def __init__(self, channels, positions):
        super().__init__()
        self.before = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.GroupNorm(8, channels)
        self.after = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.far = FrequencyDense(positions)

    def forward(self, x):
        x = x + self.after(F.relu(self.norm(self.before(F.relu(x)))))
        return x + self.far(x)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        inputs = (*DECODER[1:], LATENT)
        self.above = nn.ModuleList(nn.ConvTranspose2d(i, d, 2, 2) for i, d in zip(inputs, DECODER))
        self.gate = nn.ModuleList(nn.Conv2d(i, d, 1) for i, d in zip(inputs, DECODER))
        self.skip = nn.ModuleList(nn.Conv2d(e, d, 1) for e, d in zip(ENCODER, DECODER))
        self.blend = nn.ModuleList(nn.Conv2d(d, d, 3, padding=1, bias=False) for d in DECODER)
        self.norm = nn.ModuleList(nn.GroupNorm(8, d) for d in DECODER)
        self.output = nn.Conv2d(DECODER[0], 2 * FIELD, 1)

    def forward(self, x, levels):
        for k in reversed(range(len(DECODER))):
            gate = F.interpolate(torch.sigmoid(self.gate[k](x)), scale_factor=2, mode="nearest")
            x = F.relu(self.norm[k](self.blend[k](F.relu(self.above[k](x) + gate * self.skip[k](levels[k])))))
        return self.output(x)


class DuoVae(nn.Module):
    def __init__(self):
        super().__init__()
        inputs = (5 * FIELD, *ENCODER[:-1])
        self.entry = nn.ModuleList(nn.Conv2d(i, o, 3, 1 if k == 0 else 2, 1) for k, (i, o) in enumerate(zip(inputs, ENCODER)))
        self.blocks = nn.ModuleList(EncoderBlock(c, POSITIONS >> k) for k, c in enumerate(ENCODER))
        self.heads = nn.ModuleList(nn.Conv2d(ENCODER[-1], LATENT, 1) for _ in range(4))
        self.decoders = nn.ModuleList(Decoder() for _ in range(2))

    def forward(self, x):
        levels = []
        for entry, block in zip(self.entry, self.blocks):
            x = block(entry(x))
            levels.append(x)
        mean1, _, mean2, _ = (head(x) for head in self.heads)
        return torch.sigmoid(self.decoders[0](mean1, levels) - self.decoders[1](mean2, levels))


def seconds_each(call):
    call()
    times = []
    for _ in range(6):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def main():
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
    for layout in (torch.contiguous_format, torch.channels_last):
        network = DuoVae().to(memory_format=layout)
        optimizer = torch.optim.AdamW(network.parameters(), 1e-3)

        def batch(size):
            return torch.rand(size, 5 * FIELD, TIMES, POSITIONS).contiguous(memory_format=layout)

        def step(x, target):
            optimizer.zero_grad()
            (network(x) - target).square().mean().backward()
            optimizer.step()

        with torch.no_grad():
            features = batch(4)
            inference = 4 / seconds_each(lambda: network(features))
        features, target = batch(8), torch.rand(8, 2 * FIELD, TIMES, POSITIONS)
        training = 8 / seconds_each(lambda: step(features, target))
        parameters = sum(p.numel() for p in network.parameters())
        print(f"{layout}: {parameters} parameters, inference {inference:.1f} patches/s, training {training:.1f} patches/s", flush=True)


main()
