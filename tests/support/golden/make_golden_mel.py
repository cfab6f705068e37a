#!/usr/bin/env python3
"""Writes tests/data/golden/mel.golden: log-mel values of the bundled sample and of made-up sounds, computed in
double precision by the training kit's front end (data/models/training/features.py) the way openai/whisper does:
thirty seconds of silence are appended first, then the spectrum is reflected at both ends and its last frame dropped.

The sounds are formulas that tests/engine/test-mel.c repeats. Run it again when a case is added or the sample changes.

    python3 tests/support/golden/make_golden_mel.py
"""
import os
import sys
import wave

import numpy as np

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
sys.path.insert(0, os.path.join(TOP, "data", "models", "training"))
import features  # noqa: E402

SECOND = features.SR


def sample():
    with wave.open(os.path.join(TOP, "data", "samples", "sample.wav")) as f:
        return np.frombuffer(f.readframes(f.getnframes()), dtype="<i2").astype(np.float32) / 32768


def noise(n):
    """16-bit noise of a linear congruential generator, silent every second quarter of a second."""
    state, out = 1, np.zeros(n, dtype=np.float32)
    for i in range(n):
        state = (state * 1664525 + 1013904223) % 2**32
        if i // 4000 % 2 == 0:
            out[i] = ((state >> 16) - 32768) / 32768
    return out


def sweep(n):
    """Half-scale sine whose frequency rises by a fixed step per sample and wraps at 8 kHz; phase in 2^-32 turns."""
    phase, step, out = 0, 0, np.zeros(n, dtype=np.float32)
    for i in range(n):
        out[i] = 0.5 * np.sin(2 * np.pi * phase / 2**32)
        step = (step + 20000) % 2**31
        phase = (phase + step) % 2**32
    return out


CASES = [
    ("sample", None, 80), ("noise", 100, 80), ("noise", 5 * SECOND + 77, 80), ("noise", 2 * SECOND, 128),
    ("sweep", 30 * SECOND, 80), ("sweep", 37 * SECOND + 1, 80),
]


def frames_to_keep(n_samples):
    end = n_samples // features.HOP
    middle = {end // 3, end // 2, 2 * end // 3}
    return sorted({0, 1, 2} | middle | {max(end + i, 0) for i in (-2, -1, 0, 1, 2, 3)} | {2999, 3000})


def main():
    with open(os.path.join(TOP, "tests", "data", "golden", "mel.golden"), "w") as out:
        out.write("# written by tests/support/golden/make_golden_mel.py\n")
        out.write("# case SOUND n_samples n_mels maximum; then frame INDEX and its log10 powers\n")
        for sound, n, n_mels in CASES:
            x = sample() if n is None else {"noise": noise, "sweep": sweep}[sound](n)
            features.FILTERS = features.mel_filters(n_mels)
            log_power = features.log_power(np.pad(x, (0, 30 * SECOND)))
            out.write(f"case {sound} {len(x)} {n_mels} {log_power.max():.6f}\n")
            for i in frames_to_keep(len(x)):
                if i < len(log_power):
                    out.write(f"frame {i} " + " ".join(f"{v:.5f}" for v in log_power[i]) + "\n")


main()
