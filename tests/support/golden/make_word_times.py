#!/usr/bin/env python3
"""Writes tests/data/golden/word-times.tsv: when each token of the recordings in tests/data/audio is spoken, by the
cross-attention of the bundled model and dynamic time warping, as find_alignment in openai/whisper's timing.py has it,
but for the two differences that engine/model/alignment.h and engine/text/align.h tell of, here SMALL and the first row
of the path (model, median filter and path are our own code, in double precision). With --as-openai, without these.

    python3 tests/support/golden/make_word_times.py [--as-openai] [--out FILE]

A line: the recording, its text, and for each word of the text, and for the end, the encoder frame of 20 ms where it
begins. Run it again when the bundled model changes; tests/engine/test-word-times.c fails then.
"""
import argparse
import importlib.util
import os
import struct
import sys
import tempfile

import numpy as np
import soundfile
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.join(HERE, "..", "..", "..")
AUDIO = os.path.join(TOP, "tests", "data", "audio")
MODEL = os.path.join(TOP, "data", "models", "ggml-longhand-mini.en-q5_K.bin")
OUT = os.path.join(TOP, "tests", "data", "golden", "word-times.tsv")
sys.path.insert(0, os.path.join(TOP, "data", "models", "training"))
import features  # noqa: E402
import model as kit  # noqa: E402
import tokenizer as tk  # noqa: E402

HEADS = [(1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1)]  # those that the kit trains to align, --guide
SMALL = 5e-4
FRAME = 320  # samples
LONGEST = 30 * features.SR


def parity():
    spec = importlib.util.spec_from_file_location("parity", os.path.join(HERE, "make-parity.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_tensors(path):
    """Dimensions and {name: array} of a model whose tensors are f32 or f16."""
    data = open(path, "rb").read()
    dims = struct.unpack_from("<10i", data, 4)
    n_mels, n_bins = struct.unpack_from("<2i", data, 48)
    pos = 56 + 4 * n_mels * n_bins
    (n_tokens,) = struct.unpack_from("<i", data, pos)
    pos += 4
    for _ in range(n_tokens):
        pos += 4 + struct.unpack_from("<i", data, pos)[0]
    tensors = {}
    while pos < len(data):
        n_dims, name_len, half = struct.unpack_from("<3i", data, pos)
        shape = struct.unpack_from(f"<{n_dims}i", data, pos + 12)[::-1]
        pos += 12 + 4 * n_dims
        name = data[pos:pos + name_len].decode()
        pos += name_len
        kind = "<f2" if half else "<f4"
        n = int(np.prod(shape))
        tensors[name] = np.frombuffer(data, kind, n, pos).reshape(shape).astype(np.float64)
        pos += n * (2 if half else 4)
    return dims, tensors


def build(path):
    """The kit's network with these weights; its compact table has a row for each token that is no time."""
    dims, tensors = read_tensors(path)
    _, _, state, heads, audio_layers, _, _, _, text_layers, _ = dims
    net = kit.Whisper(np.arange(tk.TS0), n=state, heads=heads, enc_layers=audio_layers, dec_layers=text_layers).double()
    weights = net.state_dict()
    embedding = tensors.pop("decoder.token_embedding.weight")
    weights["decoder.table"][:tk.TS0] = torch.from_numpy(embedding[:tk.TS0])
    for name, values in tensors.items():
        weights[name].copy_(torch.from_numpy(values.reshape(tuple(weights[name].shape))))
    net.load_state_dict(weights)
    return net.eval()


def attention(net, mel, tokens, n_frames):
    """[heads, tokens, n_frames]: each alignment head's softmax over the frames that have sound."""
    scores = {}

    def keep(layer):
        def hook(module, args):
            x, xa = args[0], args[1]
            q, k = module.split(module.query(x)), module.split(module.key(xa))
            scores[layer] = torch.matmul(q * q.shape[-1] ** -0.5, k.transpose(-1, -2))[0]
        return hook

    for layer, block in enumerate(net.decoder.blocks):
        block.cross_attn.register_forward_pre_hook(keep(layer))
    net.decoder(torch.tensor([tokens]), net.encoder(mel[None]), table=net.decoder.embedding().double())
    return torch.stack([scores[layer][head][:, :n_frames].softmax(-1) for layer, head in HEADS])


def median_of_7(x):
    return F.pad(x, (3, 3), mode="reflect").unfold(-1, 7, 1).median(-1).values


def warp(cost, as_openai):
    """The cheapest path, forward only: for each row the first column on it, and the end. From corner to corner; or from
    anywhere in the first row to anywhere in the last but one, behind which there is only the end token."""
    if not as_openai:
        cost = cost[:-1]
    n, m = cost.shape
    total = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = 0
    if not as_openai:
        total[0, :m] = 0
    steps = np.zeros((n + 1, m + 1), int)
    for j in range(1, m + 1):
        for i in range(1, n + 1):
            both, up, left = total[i - 1, j - 1], total[i - 1, j], total[i, j - 1]
            step = 0 if both < up and both < left else 1 if up < both and up < left else 2
            if i == 1 and not as_openai:
                step = 2 if left < 0 else 0
            steps[i, j] = step
            total[i, j] = cost[i - 1, j - 1] + (both, up, left)[step]
    steps[0, :], steps[:, 0] = 2, 1
    i, j = n, m if as_openai else 1 + int(total[n, 1:].argmin())
    begins = [0] * n + ([] if as_openai else [j])
    while i > 0 and (j > 0 or as_openai):
        if j > 0:
            begins[i - 1] = j - 1
        step = steps[i, j]
        i, j = i - (step != 2), j - (step != 1)
    return begins


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--as-openai", action="store_true")
    parser.add_argument("--out", default=OUT)
    args = parser.parse_args()
    torch.set_grad_enabled(False)
    with tempfile.TemporaryDirectory() as folder:
        as_f16 = os.path.join(folder, "model.bin")
        parity().write_as_f16(MODEL, as_f16)
        net = build(as_f16)
    words = tk.Tokenizer(MODEL)
    lines = []
    for line in open(os.path.join(AUDIO, "transcripts.tsv"), encoding="utf-8"):
        name, text = line.rstrip("\n").split("\t")
        sound, rate = soundfile.read(os.path.join(AUDIO, name), dtype="float32")
        assert rate == features.SR
        if len(sound) > LONGEST:
            continue
        mel = torch.from_numpy(features.window(sound)).double()
        text_tokens = words.encode(" " + text)
        weights = attention(net, mel, [tk.SOT, tk.NOTIMESTAMPS, *text_tokens, tk.EOT], len(sound) // FRAME)
        deviation, mean = torch.std_mean(weights, dim=-2, keepdim=True, unbiased=False)
        scale = deviation if args.as_openai else deviation + SMALL
        matrix = median_of_7((weights - mean) / scale).mean(0)[1:-1]
        begins = [begin for token, begin in zip([*text_tokens, tk.EOT], warp(-matrix.numpy(), args.as_openai))
                  if token == tk.EOT or words.tokens[token].startswith(b" ")]
        lines.append(f"{name}\t{text}\t{' '.join(map(str, begins))}\n")
    with open(args.out, "w", encoding="utf-8") as out:
        out.writelines(lines)


if __name__ == "__main__":
    main()
