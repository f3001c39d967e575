"""Times preset s in PyTorch, the peer that the app's engines are held against: python3 scripts/peer-pytorch.py [threads].

Same layers, sizes, batch, precision and loss as src-main/models/duoVae.ts and duoVaeLoss.ts; a step is the gradients, the clipping of
their norm, AdamW and the running mean of the weights, as there. Compare with the lines of `npm run bench` from the same machine and hour.
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
        self.readers = nn.ModuleList(nn.Conv2d(LATENT, 2 * FIELD, 1) for _ in range(2))

    def forward(self, x):
        levels = []
        for entry, block in zip(self.entry, self.blocks):
            x = block(entry(x))
            levels.append(x)
        mean1, spread1, mean2, spread2 = (head(x) for head in self.heads)
        if not self.training:
            return torch.sigmoid(self.decoders[0](mean1, levels) - self.decoders[1](mean2, levels))
        posteriors = ((mean1, spread1), (mean2, spread2))
        latents = [mean + torch.exp(spread / 2) * torch.randn_like(mean) for mean, spread in posteriors]
        mask = torch.sigmoid(self.decoders[0](latents[0], levels) - self.decoders[1](latents[1], levels))
        return mask, posteriors, [reader(latent) for reader, latent in zip(self.readers, latents)]


def loss_of(outputs, mixture, vocals, music):
    mask, posteriors, coarse = outputs
    error = torch.clamp(mask * (mask * mixture + music - mixture - vocals) + vocals, min=0)
    roots = [power.sqrt().sqrt() for power in (mixture, vocals, music)]

    def magnitude(share, root):
        return ((share + 1e-8).sqrt() * roots[0] - root).abs().mean()

    def kl(mean, spread):
        per_channel = (0.5 * (mean.square() + spread.exp() - 1 - spread)).mean((0, 2, 3))
        return torch.clamp(per_channel, min=0.05).mean()

    latent = sum((estimate - F.avg_pool2d(root, root.shape[2] // estimate.shape[2])).square().mean() for estimate, root in zip(coarse, roots[1:]))
    magnitudes = magnitude(mask, roots[1]) + magnitude(1 - mask, roots[2])
    return 4 * error.mean() + 0.05 * 0.5 * magnitudes + 0.05 * 0.5 * latent + 1e-3 * sum(kl(*posterior) for posterior in posteriors)


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
        average = [p.detach().clone() for p in network.parameters()]

        def batch(size):
            return torch.rand(size, 5 * FIELD, TIMES, POSITIONS).contiguous(memory_format=layout)

        def step(x, powers):
            optimizer.zero_grad()
            loss_of(network(x), *powers).backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5)
            optimizer.step()
            with torch.no_grad():
                torch._foreach_lerp_(average, list(network.parameters()), 1e-3)

        network.eval()
        with torch.no_grad():
            features = batch(4)
            inference = 4 / seconds_each(lambda: network(features))
        network.train()
        features = batch(8)
        powers = [torch.rand(8, 2 * FIELD, TIMES, POSITIONS).contiguous(memory_format=layout) for _ in range(3)]
        training = 8 / seconds_each(lambda: step(features, powers))
        parameters = sum(p.numel() for p in network.parameters())
        print(f"{layout}: {parameters} parameters, inference {inference:.1f} patches/s, training {training:.1f} patches/s", flush=True)


main()
