#!/usr/bin/env python3
"""Writes tests/data/parity/whisper-cpp.golden: what whisper.cpp's command line makes of the recordings in
tests/data/audio with the bundled model, without fallback: greedily and by beam search, with and without timestamps,
with a prompt, and with the text of the window before.

    python3 tests/support/golden/make-parity.py --peer .../whisper-cli [--modes MODE,...]

With --modes, cases of other modes stay as they are. Run it again when the bundled model changes; tests/engine/test-parity.c says so then. A recording is kept only
where rounding does not decide the text between words that are as good as equally likely: the peer multiplies
quantized weights with activations rounded to 8 bits, so it must say the same with the same weights stored as f16,
where it does not do that, and with noise in the sound that nobody could hear (DITHER). Left out as well are windows
that end with a pair of timestamps: the next begins at the first of them in openai/whisper and here, at the second
in whisper.cpp.
"""
import argparse
import hashlib
import json
import os
import re
import struct
import subprocess
import tempfile

import numpy as np
import soundfile

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
AUDIO = os.path.join(TOP, "tests", "data", "audio")
MODEL = os.path.join(TOP, "data", "models", "ggml-longhand-mini.en-q5_K.bin")
OUT = os.path.join(TOP, "tests", "data", "parity", "whisper-cpp.golden")
RATE = 16000
DITHER, N_DITHERS = 4, 3  # in steps of a 16 bit sample: 78 dB below full scale
PROMPT = " A letter to the lieutenant from Helene."  # as openai/whisper puts it, with a space before
GREEDY, BEAMS, ALONE = ["-bs", "1", "-bo", "1"], ["-bs", "5"], ["-mc", "0"]
PROMPTED = ["-mc", "224", "--prompt", PROMPT]
OPTIONS = {
    "plain": GREEDY + ALONE + ["-nt"], "timestamps": GREEDY + ALONE,
    "beams-plain": BEAMS + ALONE + ["-nt"], "beams-timestamps": BEAMS + ALONE,
    "prompt-plain": GREEDY + PROMPTED + ["-nt"], "prompt-timestamps": GREEDY + PROMPTED,
    "context-timestamps": GREEDY + ["-mc", "224"],
}


def cases():
    """Modes and [(file, offset in ms), ...]: single recordings, several windows, two recordings in one window.

    The latter without timestamps only: whisper.cpp lets a segment end where it begins, openai/whisper and the
    engine do not, and its output does not tell where that happened."""
    both = "plain", "timestamps"
    files = sorted(f for f in os.listdir(AUDIO) if f.endswith(".flac"))
    short = [f for f in files if f != "tts-3min.flac"]
    yield from ((both, [(f, 0)]) for f in files)
    yield from ((("beams-" + m, "prompt-" + m), [(f, 0)]) for f in short for m in both)
    # whisper.cpp forgets what went before when less than five seconds are left, and passes on the end token of windows
    # without timestamps.
    yield from ((("context-timestamps",), [(a, 0), (b, 30000), (c, 36000)])
                for a, b, c in zip(short, short[1:3], short[2:4]))
    for k in range(0, len(short), 2):
        a, b, c = (short[(k + i) % len(short)] for i in range(3))
        yield both, [(a, 0), (b, 30000), (c, 60000)]
        yield ("plain",), [(a, 500), (b, 6000)]


def assemble(parts, dither, path):
    """dither: 0 for none, otherwise the seed of it."""
    sound = np.zeros(0, np.int16)
    for name, offset_ms in parts:
        piece, rate = soundfile.read(os.path.join(AUDIO, name), dtype="int16")
        assert rate == RATE
        start = offset_ms * RATE // 1000
        longer = np.zeros(max(len(sound), start + len(piece)), np.int16)
        longer[:len(sound)] = sound
        longer[start:start + len(piece)] = piece
        sound = longer
    if dither:
        noise = np.random.default_rng(dither).integers(-DITHER, DITHER + 1, len(sound))
        sound = np.clip(sound + noise, -32768, 32767).astype(np.int16)
    soundfile.write(path, sound, RATE, subtype="PCM_16")


def dequantize_q5_K(data, n):
    """Blocks of 256: scale and scale of minima (f16), 8 of each in 6 bits, fifth bits, four bits (ggml's
    block_q5_K)."""
    blocks = np.frombuffer(data, np.uint8).reshape(-1, 176)
    d, d_min = (blocks[:, i:i + 2].copy().view("<f2").astype(np.float32) for i in (0, 2))
    packed, high, low = blocks[:, 4:16], blocks[:, 16:48], blocks[:, 48:].reshape(-1, 4, 32)
    scale = np.hstack([packed[:, :4] & 63, packed[:, 8:] & 15 | packed[:, :4] >> 6 << 4])
    minimum = np.hstack([packed[:, 4:8] & 63, packed[:, 8:] >> 4 | packed[:, 4:8] >> 6 << 4])
    values = np.stack([low & 15, low >> 4], axis=2).reshape(-1, 8, 32)
    fifth = high[:, None, :] >> np.arange(8, dtype=np.uint8)[None, :, None] & 1
    values = (d * scale)[:, :, None] * (values + 16.0 * fifth) - (d_min * minimum)[:, :, None]
    return values.astype(np.float32).reshape(n)


def write_as_f16(source, path):
    """The same model with quantized matrices as f16."""
    data = open(source, "rb").read()
    pos = 4 + 44
    n_mels, n_bins = struct.unpack_from("<2i", data, pos)
    pos += 8 + 4 * n_mels * n_bins
    (n_tokens,) = struct.unpack_from("<i", data, pos)
    pos += 4
    for _ in range(n_tokens):
        pos += 4 + struct.unpack_from("<i", data, pos)[0]
    with open(path, "wb") as out:
        out.write(data[:44] + struct.pack("<i", 1) + data[48:pos])
        while pos < len(data):
            n_dims, name_len, kind = struct.unpack_from("<3i", data, pos)
            head = data[pos + 12:pos + 12 + 4 * n_dims + name_len]
            n = int(np.prod(struct.unpack_from(f"<{n_dims}i", data, pos + 12)))
            pos += 12 + len(head)
            n_bytes = {0: 4 * n, 1: 2 * n, 13: n // 256 * 176}[kind]
            body = data[pos:pos + n_bytes]
            pos += n_bytes
            if kind == 13:
                kind, body = 1, dequantize_q5_K(body, n).astype("<f2").tobytes()
            out.write(struct.pack("<3i", n_dims, name_len, kind) + head + body)


def recognise(peer, model, sound, mode, folder):
    """[(end in ms, text)] of the segments; None when a window began elsewhere than after a whole one.

    Without flash attention, which rounds to f16 on the way: then its probabilities are those of the engine with
    the same weights in three digits."""
    out = os.path.join(folder, "out")
    command = [peer, "-m", model, "-t", "1", "-nf", "-sns", "-ng", "-nfa", "-np", "-ps", "-oj", "-of", out,
               *OPTIONS[mode], sound]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(out + ".json", encoding="utf-8", errors="replace") as f:
        segments = json.load(f)["transcription"]
    for s in segments:
        begin = re.match(r"\[_(?:BEG|TT_(\d+))_?\]", s["text"])  # the first token of a window
        if mode.endswith("timestamps") and begin and (s["offsets"]["from"] - 20 * int(begin.group(1) or 0)) % 30000:
            return None
    return [(s["offsets"]["to"], re.sub(r"\[_[^]]*\]|<\|endoftext\|>", "", s["text"])) for s in segments]


def wavers(peer, as_f16, parts, mode, segments, folder):
    """Whether rounding decides what is heard: other weights, or sound that differs by next to nothing."""
    sound = os.path.join(folder, "other.wav")
    for dither in range(N_DITHERS + 1):
        assemble(parts, dither, sound)
        if recognise(peer, as_f16, sound, mode, folder) != segments:
            return True
    return False


def kept_lines(modes):
    """Lines of the cases as they are, without those of the modes."""
    lines, keep = [], False
    with open(OUT, encoding="utf-8") as f:
        for line in f.read().splitlines():
            if line.startswith("case "):
                keep = line.split()[1] not in modes
            if keep:
                lines.append(line)
    return lines


def case_lines(peer, as_f16, mode, parts, folder):
    """Its lines; none where it is left out, which it says."""
    sound, name = os.path.join(folder, "sound.wav"), " ".join(f"{f}@{ms}" for f, ms in parts)
    assemble(parts, 0, sound)
    segments = recognise(peer, MODEL, sound, mode, folder)
    if segments is None:
        print(f"left out, a window ends with a pair: {mode} {name}", flush=True)
        return []
    if wavers(peer, as_f16, parts, mode, segments, folder):
        print(f"left out, rounding decides: {mode} {name}", flush=True)
        return []
    return [f"case {mode} {name}"] + [f"segment {end_ms} {text}" for end_ms, text in segments]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--peer", required=True, help="whisper-cli")
    ap.add_argument("--modes", type=lambda s: s.split(","), default=list(OPTIONS))
    a = ap.parse_args()
    lines = ["# whisper.cpp's text with the bundled model; written by tests/support/golden/make-parity.py.",
             "model " + hashlib.sha256(open(MODEL, "rb").read()).hexdigest()]
    if set(a.modes) != set(OPTIONS):
        lines += kept_lines(a.modes)
    with tempfile.TemporaryDirectory() as folder:
        as_f16 = os.path.join(folder, "f16.bin")
        write_as_f16(MODEL, as_f16)
        for modes, parts in cases():
            for mode in modes:
                if mode in a.modes:
                    lines += case_lines(a.peer, as_f16, mode, parts, folder)
    os.makedirs(os.path.dirname(OUT), exist_ok=True)
    with open(OUT, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    print(sum(line.startswith("case ") for line in lines), "cases written")


if __name__ == "__main__":
    main()
