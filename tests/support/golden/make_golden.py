#!/usr/bin/env python3
"""Writes tests/data/golden/model-*.golden: encoder outputs and logits of models with made-up weights,
computed in double precision by the training kit's network (data/models/training/model.py).

Weights and noise are pure functions of tensor name and index, exact in float32; tests/engine/tiny-model.c
makes the same ones. Run it again only when a case is added: nothing here depends on the bundled model.

    python3 tests/support/golden/make_golden.py [--only NAME] [--recording RECORDING.wav]

--only NAME writes that case alone. With a recording (16 kHz mono), two seconds of its log-mel replace
recording.mel first (hundredths, int8). All together take a minute.

A file holds some of the numbers themselves, and of each whole row of logits and the whole output of the encoder
("all") the product with a row of noise, over the square root of its length: as large as a single number, and no two
numbers may change places in it.
"""
import argparse
import os
import sys
import wave

import numpy as np
import torch

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
OUT = os.path.join(TOP, "tests", "data", "golden")
sys.path.insert(0, os.path.join(TOP, "data", "models", "training"))
import features  # noqa: E402
import model as kit  # noqa: E402
import tokenizer  # noqa: E402

FIELDS = ["n_vocab", "n_audio_ctx", "n_audio_state", "n_audio_head", "n_audio_layer", "n_text_ctx",
          "n_text_state", "n_text_head", "n_text_layer", "n_mels"]


def case(name, vocab, audio_ctx, state, audio_head, audio_layer, text_ctx, text_head, text_layer, mels,
         type="f32", n_ctx=0, mel="noise", n_tokens=12, n_numbers=400):
    return dict(name=name, type=type, n_ctx=n_ctx or audio_ctx, mel=mel, n_tokens=n_tokens, n_numbers=n_numbers,
                dims=dict(zip(FIELDS, (vocab, audio_ctx, state, audio_head, audio_layer, text_ctx, state,
                                       text_head, text_layer, mels))))


def whisper(name, vocab, state, heads, audio_layer, text_layer, mels, n_ctx, n_tokens=12, type="f16"):
    """A shape that is in use: all of it, or as many layers and as much sound as a test has time for."""
    return case(name, vocab, 1500, state, heads, audio_layer, 448, heads, text_layer, mels, type=type, n_ctx=n_ctx,
                n_tokens=n_tokens, n_numbers=100)


CASES = [
    case("english", 51864, 96, 48, 3, 3, 32, 3, 3, 80, type="f16"),
    case("multilingual-128-mels", 51866, 40, 64, 1, 2, 24, 1, 2, 128, type="f16"),
    case("odd-sizes", 77, 37, 40, 5, 1, 15, 8, 4, 80),
    case("short-context", 300, 120, 64, 4, 2, 24, 4, 2, 80, n_ctx=31),
    case("full-context", 300, 1500, 64, 2, 1, 448, 2, 1, 80, n_tokens=300),
    case("recording", 300, 128, 64, 2, 2, 32, 2, 2, 80, mel="recording.mel", n_ctx=100),
    # Widths, heads, mels and vocabularies of openai/whisper's models; the smallest at its full size, the next one
    # as deep as it is.
    whisper("tiny", 51865, 384, 6, 4, 4, 80, n_ctx=1500, n_tokens=60, type="f32"),
    whisper("base.en", 51864, 512, 8, 6, 6, 80, n_ctx=100),
    whisper("small", 51865, 768, 12, 2, 2, 80, n_ctx=60),
    whisper("medium.en", 51864, 1024, 16, 2, 1, 80, n_ctx=50),
    whisper("large-v2", 51865, 1280, 20, 1, 2, 80, n_ctx=40),
    whisper("large-v3-turbo", 51866, 1280, 20, 2, 1, 128, n_ctx=40),
    # Depths: as many layers as large has, its turbo and its distilled form, of one head each.
    whisper("deep-as-large", 51866, 64, 1, 32, 32, 128, n_ctx=30),
    whisper("deep-as-turbo", 51866, 64, 1, 32, 4, 128, n_ctx=30),
    whisper("deep-as-distilled", 51866, 64, 1, 32, 2, 128, n_ctx=30),
]


def noise(name, n):
    """-1 <= x < 1: FNV-1a of the name, then MurmurHash3's finaliser over name and index."""
    h = 2166136261
    for c in name.encode():
        h = (h ^ c) * 16777619 & 0xFFFFFFFF
    x = (np.arange(n, dtype=np.uint64) * 0x9E3779B9 + h).astype(np.uint32)
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    x = (x ^ (x >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    x = x ^ (x >> np.uint32(16))
    return (x >> np.uint32(8)).astype(np.float32) / np.float32(8388608) - np.float32(1)


def weight(name, shape, type):
    """shape as PyTorch has it; the value as it comes out of a file of this type"""
    u = noise(name, int(np.prod(shape)))
    if len(shape) == 1 and name.endswith(".weight"):
        x = np.float32(1) + np.float32(0.25) * u
    elif name.endswith(".bias"):
        x = np.float32(0.125) * u
    elif "embedding" in name:
        x = np.float32(0.5) * u
    else:
        scale = np.sqrt(np.float32(3) / np.float32(np.prod(shape[1:])))
        x = (scale * np.float32(1.5) if "query" in name or "key" in name else scale) * u
    assert x.dtype == np.float32
    if type == "f16" and len(shape) > 1 and "positional" not in name:
        x = x.astype(np.float16)
    return x.astype(np.float64).reshape(shape)


def build(c):
    d = c["dims"]
    tokenizer.N_VOCAB = tokenizer.TS0 = d["n_vocab"]     # every row of the embedding is its own
    m = kit.Whisper(range(d["n_vocab"]), n=d["n_audio_state"], heads=d["n_audio_head"],
                    enc_layers=d["n_audio_layer"], dec_layers=d["n_text_layer"], n_mels=d["n_mels"],
                    audio_ctx=d["n_audio_ctx"], text_ctx=d["n_text_ctx"]).double().eval()
    for b in m.decoder.blocks:
        b.attn.heads = b.cross_attn.heads = d["n_text_head"]
    state = m.state_dict()
    for name, t in state.items():
        if name.startswith(("encoder.", "decoder.blocks.", "decoder.ln.")) or name.endswith("positional_embedding"):
            t.copy_(torch.from_numpy(weight(name, tuple(t.shape), c["type"])))
    table = weight("decoder.token_embedding.weight", (d["n_vocab"], d["n_text_state"]), c["type"])
    return m, torch.cat([torch.from_numpy(table), torch.zeros(1, d["n_text_state"], dtype=torch.float64)])


def recording_mel(path, first, n_frames):
    """A stretch of a recording in the 8-bit store; frames by mels."""
    with wave.open(path) as w:
        x = np.frombuffer(w.readframes(w.getnframes()), "<i2").astype(np.float32) / 32768
    lp = features.finish(features.log_power(x))[first: first + n_frames]
    return np.clip(np.rint(lp * 100), -127, 127).astype(np.int8)


def mel_input(c):
    n, mels = 2 * c["n_ctx"], c["dims"]["n_mels"]
    if c["mel"] == "noise":
        return noise("mel", n * mels).astype(np.float64).reshape(n, mels)
    stored = np.fromfile(os.path.join(OUT, c["mel"]), np.int8).reshape(-1, mels)[:n]
    return (stored.astype(np.float32) / np.float32(100)).astype(np.float64)


def pick(n, count):
    """About `count` of 0..n, spread over all rows and columns."""
    step = max(1, n // count) | 1
    return range(0, n, step)


def all_of(x):
    """One number that depends on each and on its place."""
    return float(x @ noise("all", x.size).astype(np.float64)) / np.sqrt(x.size)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--only")
    ap.add_argument("--recording")
    a = ap.parse_args()
    torch.manual_seed(1)
    if a.recording:
        recording_mel(a.recording, 40, 200).tofile(os.path.join(OUT, "recording.mel"))
    for c in CASES:
        if a.only not in (None, c["name"]):
            continue
        d = c["dims"]
        m, table = build(c)
        tokens = (np.arange(c["n_tokens"]) * 7919 + 11) % d["n_vocab"]
        with torch.no_grad():
            xa = m.encoder(torch.from_numpy(mel_input(c))[None])
            # The last layer's product is taken here, because the kit rounds its logits to float32.
            hidden = []
            hook = m.decoder.ln.register_forward_hook(lambda _m, _i, y: hidden.append(y))
            m.decoder(torch.from_numpy(tokens)[None], xa, table=table)
            hook.remove()
            logits = (hidden[0][0] @ table[:-1].T).numpy()
        xa = xa[0].numpy()
        with open(os.path.join(OUT, f"model-{c['name']}.golden"), "w") as f:
            f.write("# written by tests/support/golden/make_golden.py\n")
            for k in FIELDS:
                f.write(f"{k} {d[k]}\n")
            f.write(f"type {c['type']}\nmel {c['mel']}\nn_ctx {c['n_ctx']}\n")
            f.write("tokens " + " ".join(map(str, tokens)) + "\n")
            f.write(f"encoder all {all_of(xa.ravel()):.9g}\n")
            for i in pick(xa.size, c["n_numbers"]):
                f.write(f"encoder {i} {xa.flat[i]:.9g}\n")
            for row in sorted({0, 1, len(tokens) // 2, len(tokens) - 1}):
                f.write(f"logit {row} all {all_of(logits[row]):.9g}\n")
                for i in pick(d["n_vocab"], c["n_numbers"] // 4):
                    f.write(f"logit {row} {i} {logits[row, i]:.9g}\n")
        print(c["name"], "encoder rms", float(np.sqrt((xa ** 2).mean())), "logits rms",
              float(np.sqrt((logits ** 2).mean())))


if __name__ == "__main__":
    main()
