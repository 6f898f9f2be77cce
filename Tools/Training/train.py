"""Trains one network: python -m Tools.Training.train STAGE CACHE STATE [--minutes M] [--leave-out NAME ...] [--finish]

STAGE is coarse or fine. STATE (a .pt file) is read when it exists, so that training goes on where it stopped; it is written every few
minutes and at the end. The learning rate stays level until --finish, which lets it fall to zero over the given minutes. Patches are drawn in
processes of their own (--workers), so that one core draws while another learns.
"""

import argparse
import copy
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from Tools.Training.networks import SpineNet
from Tools.Training.stages import BACKGROUND, CANAL, CLASSES, FIRST, OTHER_BONE, SACRUM, SECOND, STAGES
from Tools.Training.synthesis import UNSURE, Generator, read_sources

RATE, WARM_UP, DECAY = 2e-3, 100, 1e-4  # learning rate, iterations of warm-up, weight decay
SAVE_EVERY = 300  # seconds


def main():
    parser = argparse.ArgumentParser(prog="python -m Tools.Training.train", description=__doc__.splitlines()[0])
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("cache", type=Path)
    parser.add_argument("state", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--start", type=Path, help="averaged weights to begin from when STATE does not exist yet")
    parser.add_argument("--leave-out", nargs="*", default=[], help="sources never shown")
    parser.add_argument("--finish", action="store_true", help="let the learning rate fall to zero")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--bfloat16", action="store_true", help="half precision where it is safe: three times as fast on a CPU with AMX")
    parser.add_argument("--workers", type=int, default=1, help="processes that draw patches")
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    if arguments.workers < 1:
        parser.error("--workers: one process at least draws patches")
    torch.set_num_threads(arguments.threads)
    train(arguments)


class Patches(IterableDataset):
    """An endless row of patches, always the same one for the same seed and number of workers."""

    def __init__(self, sources, stage, seed):
        self.sources, self.stage, self.seed = sources, stage, seed

    def __iter__(self):
        generator = Generator(self.sources, self.stage, self.seed + 1_000_000 * get_worker_info().id)
        while True:
            patch = generator.patch()
            if torch.isfinite(patch[0]).all():
                yield patch


def train(arguments):
    stage = STAGES[arguments.stage]
    network = SpineNet(stage.shape, CLASSES, stage.offsets, stage.width, stage.coordinates).to(arguments.device)
    average = copy.deepcopy(network)
    optimiser = torch.optim.AdamW(network.parameters(), lr=arguments.rate, weight_decay=DECAY)
    done, shown = 0, []
    if arguments.state.exists():
        state = torch.load(arguments.state, map_location=arguments.device, weights_only=True)
        network.load_state_dict(state["network"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        done, shown = state["iterations"], state["shown"]
    elif arguments.start:
        start = torch.load(arguments.start, map_location=arguments.device, weights_only=True)
        for net in (network, average):
            net.load_state_dict({name: weight.float() for name, weight in start["average"].items()})
        done, shown = start["iterations"], start["shown"]
    sources = read_sources(arguments.cache, arguments.leave_out)
    shown = sorted({*shown, *sources})
    # A run that goes on must not see the first run's patches again.
    patches = iter(DataLoader(Patches(sources, stage, seed=1000 + done), batch_size=None, num_workers=arguments.workers, prefetch_factor=4))
    print(f"{stage.name}: {sum(p.numel() for p in network.parameters())} weights, sources {', '.join(sources)}, from iteration {done}", flush=True)
    start = saved = time.monotonic()
    first, sums = done, []
    while (elapsed := time.monotonic() - start) < 60 * arguments.minutes:
        share = elapsed / (60 * arguments.minutes)
        rate = arguments.rate * min(1, (done - first + 1) / WARM_UP)
        if arguments.finish:
            rate *= 0.5 * (1 + math.cos(math.pi * share))
        for group in optimiser.param_groups:
            group["lr"] = rate
        patch = [t[None].to(arguments.device) for t in next(patches)]
        with torch.autocast(arguments.device, torch.bfloat16, enabled=arguments.bfloat16):
            outputs = network(patch[0])
        terms = losses([output.float() for output in outputs], *patch[1:])
        optimiser.zero_grad()
        sum(terms).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        done += 1
        with torch.no_grad():
            keep = min(0.995, done / (done + 20))
            for mean, weight in zip(average.parameters(), network.parameters()):
                mean.lerp_(weight, 1 - keep)
        sums.append([t.item() for t in terms])
        if done % 50 == 0:
            print(f"{done} {elapsed:.0f} s rate {rate:.5f} " + " ".join(f"{v:.4f}" for v in np.mean(sums[-50:], 0)), flush=True)
        if time.monotonic() - saved > SAVE_EVERY:
            save(arguments.state, network, average, optimiser, done, shown)
            saved = time.monotonic()
    save(arguments.state, network, average, optimiser, done, shown)


def losses(outputs, target, ways, weights):
    """Cross entropy, soft Dice of the bony classes, and the mean error of the offsets."""
    scores = outputs[0]
    target = target[:, 0]
    unsure = target == UNSURE
    logs = functional.log_softmax(scores, 1)
    known = torch.where(unsure, torch.zeros_like(target), target)
    entropy = -logs.gather(1, known[:, None])[:, 0]
    allowed = torch.logsumexp(logs[:, [BACKGROUND, SACRUM, OTHER_BONE, CANAL]], 1)
    entropy = torch.where(unsure, -allowed, entropy)
    emphasis = torch.where((target == FIRST) | (target == SECOND) | (target == SACRUM), 2.0, 1.0)
    cross = (entropy * emphasis).mean()
    chances = logs.exp() * ~unsure[:, None]
    dice = 0
    for which, share in ((FIRST, 1.0), (SECOND, 0.5), (SACRUM, 0.4), (CANAL, 0.25)):
        p, y = chances[:, which], (target == which).float()
        dice = dice + share * (1 - (2 * (p * y).sum() + 50) / (p.sum() + y.sum() + 50))
    if len(outputs) == 1:
        return cross, dice
    half = weights[:, :, ::2, ::2, ::2]
    error = ((outputs[1] - ways[:, :, ::2, ::2, ::2]).abs() * half).sum() / (3 * half.sum() + 50)
    return cross, dice, error


def save(path, network, average, optimiser, done, shown):
    temporary = path.with_suffix(".writing")
    torch.save(dict(network=network.state_dict(), average=average.state_dict(), optimiser=optimiser.state_dict(), iterations=done, shown=shown), temporary)
    os.replace(temporary, path)


if __name__ == "__main__":
    main()
