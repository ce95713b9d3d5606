"""Train the reader: `python -m alpie.eval.training.fit_reader ROWS.jsonl FOLDER`, on a processor, resumable.

1. Rows (`alpie.eval.training.reader_rows`) are taken in the order of the file, so that a file is a curriculum: easy and public
   first, the project's own last. Windows of rows are sorted by length, which saves most of the padding.
2. The loss is the negative log-likelihood of any right begin and any right end among the passage's tokens and
   ``<s>``, which stands for «the answer is not here». Where only the passage is known to answer, any of its tokens is
   right.
3. A row with other passages is read beside them, as in an answer, where the likeliest passage is quoted. None of them
   answers, and the negative log-likelihood that the right one has the highest log-odds among them is added.
4. Every few minutes the state is written to FOLDER; started again, training goes on where it was. The learning
   curve (loss, and on held-out rows AUROC and the share of right sentences) is kept beside it.

One core does about eight rows a second; a second thread helps little (n = 3 runs of 25 steps: .118 s a row on one
core, .095 on two, passages of 192 tokens).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch

from alpie.app.settings import load_settings
from alpie.eval.metrics import auroc
from alpie.eval.training.reader_batches import ReaderBatches
from alpie.eval.training.reader_model import (
    LAYERS,
    JointModel,
    load_model,
    trained_weights,
)
from alpie.eval.training.training_rows import ReaderRow, read_rows
from alpie.index.encoder.bundled_weights import bundled_folder
from alpie.index.system.files import atomic_write

_SAVE_SECONDS = 240.0  # between two saved states: what a stop costs at most
_REPORT_STEPS = 25  # between two lines of the learning curve: some 50 s
_FORBIDDEN = -1e4  # logit of a token that cannot be an answer
_HEAD_RATE = 1e-3  # the head begins at random, and learns faster than the layers below it


@dataclass(frozen=True)
class Schedule:
    """The learning rate of each step, which rises to `rate` in `warmup` steps and falls in a line to `final` times `rate`."""

    rate: float = 1.6e-4
    final: float = 0.02
    warmup: int = 60
    batch: int = 16  # passages of a step

    def factor(self, steps: int, step: int) -> float:
        """What part of `rate` step number `step` of so many `steps` learns at."""
        falling = 1 - (1 - self.final) * step / steps
        return min(1.0, (step + 1) / self.warmup) * max(self.final, falling)


def loss_of(logits: torch.Tensor, target: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    """Mean negative log-likelihood of a right begin and a right end, over the rows whose answer was not cut off."""
    log_shares = logits.masked_fill(~allowed[..., None], _FORBIDDEN).log_softmax(1)
    usable = target.sum(1).min(-1).values > 0
    right = torch.logsumexp(log_shares.masked_fill(target == 0, _FORBIDDEN), 1)
    return -right[usable].mean()


def answer_log_odds(logits: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    """Of each passage, shape (passages,): that it answers, as `alpie.index.reader` reads the logits."""
    begins = logits[..., 0].masked_fill(~allowed, _FORBIDDEN)
    return torch.logsumexp(begins[:, 1:], 1) - begins[:, 0]


def ranking_loss(log_odds: torch.Tensor, groups: Sequence[int]) -> torch.Tensor:
    """Mean negative log-likelihood that the first passage of each group is the likeliest; `groups` are their sizes.

    By itself each passage may be judged well enough, and the right one still come second to one that is merely surer.
    """
    several = [of_group for of_group in torch.split(log_odds, list(groups)) if len(of_group) > 1]
    losses = [-of_group.log_softmax(0)[0] for of_group in several]
    return torch.stack(losses).mean() if losses else log_odds.new_zeros(())


def train(
    rows: Sequence[ReaderRow],
    held_out: Sequence[ReaderRow],
    folder: Path,
    schedule: Schedule,
    start: Path | None = None,
) -> None:
    """Train on `rows` from the bundled encoder, or from checkpoint `start`; writes `folder`/reader.pt."""
    encoder = bundled_folder(load_settings().cache)
    # without these units numbers of 16 bits take twice as long as of 32; an earlier PyTorch does not tell: 32
    capabilities = getattr(torch.cpu, "get_capabilities", dict[str, bool])()
    half = capabilities.get("amx_tile", False)
    model = load_model(encoder, LAYERS, start, attention="eager" if half else "sdpa").train()
    batches = ReaderBatches(rows, encoder, schedule.batch)
    optimiser = torch.optim.AdamW(
        [
            {"params": model.head.parameters(), "lr": _HEAD_RATE},
            {"params": [p for p in model.transformer.parameters() if p.requires_grad], "lr": schedule.rate},
        ],
        weight_decay=0.01,
    )

    slope = torch.optim.lr_scheduler.LambdaLR(optimiser, partial(schedule.factor, len(batches)))
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / "state.pt"
    step, losses = _resume(state, model, optimiser, slope)  # losses since the curve's last line
    saved = time.monotonic()
    for batch in batches.after(step):
        ids, mask, target, allowed = batches.tensors(list(chain.from_iterable(batch)))
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            logits = model(ids, mask).float()
        ranking = ranking_loss(answer_log_odds(logits, allowed), list(map(len, batch)))
        loss = loss_of(logits, target, allowed) + ranking
        optimiser.zero_grad()
        if torch.isfinite(loss):  # a batch whose answers were all cut off says nothing
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            losses.append(loss.item())
        slope.step()
        step += 1
        if step % _REPORT_STEPS == 0 and losses:
            _log(folder, {"step": step, "of": len(batches), "loss": round(sum(losses) / len(losses), 3)})
            losses = []
        if time.monotonic() - saved > _SAVE_SECONDS:
            _save(state, model, optimiser, slope, step, losses)
            saved = time.monotonic()
    _log(folder, {"step": step, **validation_figures(model, batches, held_out)})
    torch.save({"weights": trained_weights(model)}, folder / "reader.pt")


def _save(
    path: Path, model: JointModel, optimiser: Any, slope: Any, step: int, losses: Sequence[float]
) -> None:
    state = {
        "weights": trained_weights(model),
        "optimiser": optimiser.state_dict(),
        "slope": slope.state_dict(),
    }
    with atomic_write(path) as fresh:
        torch.save({**state, "step": step, "losses": list(losses)}, fresh)


def _resume(path: Path, model: JointModel, optimiser: Any, slope: Any) -> tuple[int, list[float]]:
    if not path.exists():
        return 0, []
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state["weights"], strict=False)
    optimiser.load_state_dict(state["optimiser"])
    slope.load_state_dict(state["slope"])
    return int(state["step"]), list(state.get("losses", ()))


def _log(folder: Path, facts: dict[str, Any]) -> None:
    line = json.dumps(facts)
    with (folder / "curve.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    sys.stderr.write(line + "\n")


@torch.no_grad()
def validation_figures(
    model: JointModel, batches: ReaderBatches, rows: Sequence[ReaderRow]
) -> dict[str, float]:
    """AUROC of the log-odds that a row is answered, by kind; right first words, and likeliest passages, by kind."""
    model.eval()
    scores: dict[bool, list[tuple[str, float]]] = {True: [], False: []}
    right: dict[str, list[bool]] = {}
    for row in rows:
        group = batches.encode(row)
        ids, mask, _, allowed = batches.tensors(group)
        logits = model(ids, mask).float()
        log_odds = answer_log_odds(logits, allowed)
        scores[row.answers].append((row.kind, float(log_odds[0])))
        if row.spans:
            place = int(logits[0, 1:, 0].masked_fill(~allowed[0, 1:], _FORBIDDEN).argmax()) + 1
            inside = any(span.start <= group[0].offsets[place][1] - 1 < span.end for span in row.spans)
            right.setdefault(f"begins right {row.kind}", []).append(inside)
        if row.others:
            right.setdefault(f"likeliest {row.kind}", []).append(int(log_odds.argmax()) == 0)
    model.train()
    answered = [score for _, score in scores[True]]
    figures: dict[str, float] = {}
    for kind in sorted({kind for kind, _ in scores[False]}):
        of_kind = [score for name, score in scores[False] if name == kind]
        positive = np.array([True] * len(answered) + [False] * len(of_kind))
        figures[f"auroc {kind}"] = round(auroc(np.array([*answered, *of_kind]), positive) or 0.0, 4)
    return figures | {name: round(sum(of) / len(of), 3) for name, of in sorted(right.items())}


def main(argv: Sequence[str] | None = None) -> int:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "rows", type=Path, help="JSON Lines, as `python -m alpie.eval.training.reader_rows` writes them"
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--held-out", type=Path)
    parser.add_argument("--start", type=Path, help="a checkpoint to begin from")
    parser.add_argument("--rate", type=float, default=Schedule.rate)
    parser.add_argument("--final", type=float, default=Schedule.final)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(argv)
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    held_out = read_rows(options.held_out) if options.held_out else []
    schedule = Schedule(options.rate, options.final)
    train(read_rows(options.rows), held_out, options.folder, schedule, options.start)
    return 0


if __name__ == "__main__":
    sys.exit(main())
