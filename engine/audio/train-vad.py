#!/usr/bin/env python3
"""Trains the network of vad-net.c and writes vad-weights.h. No part of the build: run it where what the network is told
or how it is made changes.

    engine/audio/train-vad.py [--folder FOLDER] [--sequences 6000] [--minutes 8] [--jobs 2]

Needs python3-torch, python3-scipy, espeak-ng, flite, festival with festvox-kallpc16k, festvox-kdlpc16k and
festvox-us-slt-hts, and gcc. Two busy cores took half an hour for the sequences and 8 minutes for 2700 steps, with
libopenblas0 as BLAS (products of matrices are six times as fast as with Debian's default). Nothing is downloaded.

Speech is nonsense said by their voices, some of it whispered, and buzzing vocal tracts; where it begins and ends is
known exactly. What is not speech is made here: music, blows, machines, weather. tests/support and tests/bench make
theirs in other ways, so that they can tell what was learned. The network is told what vad.c and features.c say, which
is why they are built into a library here.

No person was heard in training. So the detector lets the network's doubts count for little: see vad.c and text/guards.c.

FOLDER keeps the speech and what was made of it, so that a second run goes straight to training.
"""
import argparse
import ctypes
import glob
import multiprocessing
import os
import random
import re
import subprocess
import time

import numpy as np
import soundfile
from scipy.fft import next_fast_len
from scipy.signal import fftconvolve, lfilter

HERE = os.path.dirname(os.path.abspath(__file__))
RATE, FRAME = 16000, 512
N_FRAMES = 375  # of a sequence: 12 s
N = N_FRAMES * FRAME

# --- speech ---------------------------------------------------------------------------------------------------------

LANGUAGES = ("en-us en-us en-gb en-gb-x-rp en-gb-scotland en-029 de fr es it pt pl ru nl sv tr hi cmn ja ar fi hu "
             "id").split()
VARIANTS = ("m1 m2 m3 m4 m5 m7 m8 f1 f2 f3 f5 klatt klatt2 klatt3 klatt4 Alex Alicia Andrea Andy Annie Denis "
            "Diogo Gene Hugo Jacky Lee Marco Mario Michael Mike Nguyen Storm adam anika antonio aunty belinda "
            "benjamin boris caleb croak david edward grandma grandpa gustave iven john kaukovalta max michel "
            "miguel norbert pablo paul quincy rob sandro shelby steph travis victor whisper whisperf zac").split()
# Heard by nobody in training: espeak-ng's f4, m6 and linda, and the speaker KAL of flite and festival.
HELD_OUT = ["espeak:en-us+f4", "espeak:en-gb+m6", "espeak:en-us+linda", "flite:kal16", "festival:kal_diphone"]
WORDS = ("yes no one two three four five six seven eight nine zero stop go left right up down open close "
         "please thank you hello new line comma full the a of and to in is that it was for on are with his "
         "they this have from or had by some what there we can out other were all your when use word how said "
         "each she which do their time if will way about many then them would write like so these her long "
         "make thing see him look more day could come did my sound most number who over know water than call "
         "first people may side been now find").split()


def nonsense(chance):
    def syllable():
        return (chance.choice("b d f g h k l m n p r s t v w y z ch sh th st tr pl sk".split() + [""]) +
                chance.choice("a e i o u ai ee oo ou ea".split()) +
                chance.choice("n m s t l r k p ng st d".split() + [""] * 6))

    def word():
        if chance.random() < 0.6:
            return chance.choice(WORDS)
        return "".join(syllable() for _ in range(chance.choice((1, 1, 2, 2, 3))))

    text = [word() for _ in range(chance.choice((1, 1, 2, 3, 5, 8, 12)))]
    return re.sub(r"(\w+ \w+ \w+ \w+) ", r"\1, ", " ".join(text)) + chance.choice(".?!")


def say_espeak(chance, voice, text, path):
    subprocess.run(["espeak-ng", "-v", voice, "-s", str(round(chance.triangular(110, 260, 165))), "-p",
                    str(round(chance.triangular(5, 95, 50))), "-w", path, text], check=False, stderr=subprocess.DEVNULL)


def say_flite(chance, voice, text, path):
    f0 = "int_f0_target_mean" if voice.startswith("kal") else "f0_shift"
    value = chance.uniform(80, 150) if voice.startswith("kal") else chance.triangular(0.75, 1.4, 1)
    stretch = chance.triangular(0.75, 1.3, 1)
    subprocess.run(["flite", "-voice", voice, "--setf", f"duration_stretch={stretch:.2f}", "--setf", f"{f0}={value:.2f}",
                    "-t", text, "-o", path], check=False, stderr=subprocess.DEVNULL)


def say_festival(chance, voice, texts, paths):
    lines = [f"(voice_{voice})"]
    for text, path in zip(texts, paths):
        lines += [f"(Parameter.set 'Duration_Stretch {chance.triangular(0.75, 1.3, 1):.2f})",
                  f'(utt.save.wave (utt.synth (Utterance Text "{text}")) "{path}" \'riff)']
    subprocess.run(["festival", "--pipe"], input="\n".join(lines), text=True, check=False, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def speak(job):
    """One batch of utterances into files of its own; voices that are not installed leave none."""
    folder, number, held_out = job
    chance = random.Random(f"speech {number}")
    for i in range(25):
        path = f"{folder}/{'held' if held_out else 'said'}-{number}-{i}.wav"
        if held_out:
            engine, voice = chance.choice(HELD_OUT[:4]).split(":")
        elif chance.random() < 0.25:
            engine, voice = "flite", chance.choice(("slt", "rms", "awb"))
        else:
            engine, voice = "espeak", chance.choice(LANGUAGES) + "+" + chance.choice(VARIANTS)
        (say_espeak if engine == "espeak" else say_flite)(chance, voice, nonsense(chance), path)
    voices = ("kal_diphone",) if held_out else ("ked_diphone", "cmu_us_slt_arctic_hts")
    paths = [f"{folder}/{'held' if held_out else 'said'}-{number}-festival-{i}.wav" for i in range(4)]
    say_festival(chance, chance.choice(voices), [nonsense(chance) for _ in paths], paths)


def resample(x, ratio):
    """By a ratio near one: the spectrum is cut or padded."""
    n, m = next_fast_len(len(x), True), next_fast_len(max(16, round(len(x) * ratio)), True)
    spectrum = np.fft.rfft(x, n)
    wanted = np.zeros(m // 2 + 1, complex)
    k = min(len(spectrum), len(wanted)) - 1
    wanted[:k] = spectrum[:k]
    return (np.fft.irfft(wanted, m) * m / n)[:int(len(x) * ratio)]


def whispered(x, rng):
    """The same sound with noise in place of the voice: magnitudes smoothed over 300 Hz, any phase."""
    size, hop = 512, 128
    window = np.hanning(size)
    y = np.zeros(len(x) + size)
    for at in range(0, len(x) - size, hop):
        magnitude = np.convolve(np.abs(np.fft.rfft(x[at:at + size] * window)), np.ones(11) / 11, "same")
        phase = np.exp(2j * np.pi * rng.random(len(magnitude)))
        y[at:at + size] += window * np.fft.irfft(magnitude * phase, size)
    return lfilter([1, -0.7], [1], y[:len(x)])


def resonator(x, hz, width_hz):
    r = np.exp(-np.pi * width_hz / RATE)
    return lfilter([1 - r], [1, -2 * r * np.cos(2 * np.pi * min(hz, 7500) / RATE), r * r], x)


def vocal_tract(rng):
    """Syllables of a voice with any pitch and any tract, whose formants and pitch move; some of them breathed."""
    pitch, tract, parts = rng.uniform(75, 380), rng.uniform(0.85, 1.3), []
    breathed = rng.random() < 0.2
    for _ in range(rng.integers(1, 9)):
        n = int(rng.uniform(0.09, 0.4) * RATE)
        piece = 160
        octaves = np.linspace(rng.uniform(-0.4, 0.4), rng.uniform(-0.4, 0.4), n)
        f0 = pitch * 2 ** (octaves + 0.01 * rng.standard_normal(n))
        phase = np.cumsum(f0 / RATE) % 1
        open_share = rng.uniform(0.4, 0.7)
        flow = np.where(phase < open_share, phase ** 2 * (open_share - phase) * 20, 0)
        voice = np.diff(flow, prepend=0) * 10 + rng.uniform(0.005, 0.05) * rng.standard_normal(n) * (phase < open_share)
        if breathed:
            voice = 0.1 * rng.standard_normal(n)
        begin = tract * np.array([rng.uniform(250, 900), rng.uniform(800, 2500), rng.uniform(2200, 3200), 3800])
        end = tract * np.array([rng.uniform(250, 900), rng.uniform(800, 2500), rng.uniform(2200, 3200), 3800])
        out = np.zeros(n)
        state = [np.zeros(2) for _ in begin]
        for at in range(0, n, piece):
            hz = begin + (end - begin) * at / n
            y = voice[at:at + piece]
            for k, f in enumerate(hz):
                r = np.exp(-np.pi * (60 + 0.05 * f) / RATE)
                a1, a2 = -2 * r * np.cos(2 * np.pi * f / RATE), r * r
                y, state[k] = lfilter([1 + a1 + a2], [1, a1, a2], y, zi=state[k])
            out[at:at + piece] = y
        out *= np.minimum(1, np.minimum(np.arange(n), np.arange(n)[::-1]) / (rng.uniform(0.01, 0.05) * RATE))
        out /= np.sqrt(np.mean(out ** 2)) + 1e-9
        if rng.random() < 0.5:
            m = int(rng.uniform(0.03, 0.12) * RATE)
            hiss = resonator(rng.standard_normal(m), rng.uniform(1500, 6500), rng.uniform(300, 2500)) * np.hanning(m)
            out = np.concatenate([rng.uniform(0.1, 0.6) * hiss / (np.sqrt(np.mean(hiss ** 2)) + 1e-9), out])
        parts += [10 ** (rng.uniform(-8, 0) / 20) * out, np.zeros(int(rng.uniform(0, 0.12) * RATE))]
    return np.concatenate(parts)


def load(path):
    x, rate = soundfile.read(path)
    if len(x) < rate // 10 or not np.any(x):
        return None
    x = resample(x, RATE / rate)
    return x / np.abs(x).max()


def frame_power(x):
    return np.mean(x[:len(x) // FRAME * FRAME].reshape(-1, FRAME) ** 2, axis=1)


# --- other sounds ---------------------------------------------------------------------------------------------------


def colour(x, rng, slope=None):
    """White noise gets a slope in dB an octave and a few wide humps."""
    f = np.maximum(np.fft.rfftfreq(len(x), 1 / RATE), 20)
    gain_db = (rng.uniform(-7, 3) if slope is None else slope) * np.log2(f / 1000)
    for _ in range(rng.integers(0, 4)):
        gain_db += rng.uniform(-12, 15) * np.exp(-(np.log2(f / 2 ** rng.uniform(6.5, 12.8)) / rng.uniform(0.1, 1)) ** 2)
    return np.fft.irfft(np.fft.rfft(x) * 10 ** (np.minimum(gain_db, 40) / 20), len(x))


def swing(rng, n, db, hz):
    """A random size, which moves by about this much this often."""
    points = rng.standard_normal(max(4, int(n / RATE * hz * 2) + 3)) * db
    return 10 ** (np.interp(np.arange(n), np.linspace(0, n, len(points)), points) / 20)


def steady(rng):
    """Rooms, fans, rain, wind, traffic, breath: noise of any colour, with hum or without."""
    x = colour(rng.standard_normal(N), rng) * swing(rng, N, rng.choice([0, 0.5, 2, 5]), rng.choice([0.2, 1, 3]))
    x /= x.std()
    if rng.random() < 0.4:
        t, hz = np.arange(N) / RATE, rng.choice([50, 60, 100, 120, rng.uniform(40, 900)])
        for k in range(1, rng.integers(2, 20)):
            x += rng.uniform(0, 1) / k * np.sin(2 * np.pi * k * hz * t + rng.uniform(0, 6))
    if rng.random() < 0.2:  # something turns or breathes
        hz = rng.choice([rng.uniform(0.2, 2), rng.uniform(2, 20)])
        x *= 1 + rng.uniform(0.2, 0.95) * np.sin(2 * np.pi * hz * np.arange(N) / RATE)
    return x


def modes(rng, n, low, high, count, decay_s):
    """A struck body: its modes ring, the higher ones shorter."""
    t, y = np.arange(n) / RATE, np.zeros(n)
    for hz in np.exp(rng.uniform(np.log(low), np.log(high), count)):
        fade = decay_s * rng.uniform(0.3, 1) * (low / hz) ** rng.uniform(0, 0.7)
        y += rng.uniform(0.2, 1) * np.exp(-t / fade) * np.sin(2 * np.pi * hz * t + rng.uniform(0, 6))
    return y


def blow(rng, n, decay_s, slope):
    return colour(rng.standard_normal(n), rng, slope) * np.exp(-np.arange(n) / RATE / decay_s)


def struck(rng):
    """Keys, taps, doors, dropped things, rattling, steps: at any rate, regular or not, one body for all or one each."""
    x, body = np.zeros(N + 2 * RATE), None
    kind = rng.choice(["key", "tap", "door", "metal", "step"])
    gaps = {"key": 0.16, "tap": 0.3, "door": rng.choice([0.4, 2, 4]), "metal": 0.6, "step": 0.55}
    gap = gaps[kind] * rng.uniform(0.5, 1.8)
    regular, at = rng.random() < 0.4, rng.uniform(0, 1)
    while at * RATE < N:
        n = int(rng.uniform(0.2, 1.5) * RATE)
        if body is None or rng.random() < 0.5:
            if kind == "key":
                body = 2 * blow(rng, n, rng.uniform(0.001, 0.006), 0)
                body += modes(rng, n, 150, 5000, 5, rng.uniform(0.004, 0.03))
            elif kind == "tap":
                body = blow(rng, n, rng.uniform(0.002, 0.02), -3) + modes(rng, n, 80, 3000, 6, rng.uniform(0.01, 0.08))
            elif kind == "door":
                body = blow(rng, n, rng.uniform(0.02, 0.2), -6) + modes(rng, n, 45, 900, 9, rng.uniform(0.03, 0.35))
                if rng.random() < 0.5:  # the latch
                    late = int(rng.uniform(0.02, 0.18) * RATE)
                    body[late:] += rng.uniform(0.1, 0.6) * modes(rng, n, 300, 5000, 5, 0.02)[:n - late]
            elif kind == "metal":
                body = modes(rng, n, 300, 6000, 12, rng.uniform(0.05, 0.6)) + blow(rng, n, 0.01, 0)
            else:
                body = blow(rng, n, rng.uniform(0.02, 0.08), -5) * np.minimum(1, np.arange(n) / 160)
            body /= np.sqrt(np.mean(body[:2000] ** 2)) + 1e-9
        begin = int(at * RATE)
        x[begin:begin + len(body)] += 10 ** (rng.uniform(-15, 0) / 20) * body[:len(x) - begin]
        at += gap * (1 if regular else rng.exponential(1)) + 0.03
        if rng.random() < 0.05:
            at += rng.uniform(0.5, 3)
    return x[:N]


def timbre(rng):
    """How an instrument sounds: the sizes of its partials, how far they are stretched, how it begins and ends."""
    partials = np.arange(1, rng.choice([2, 4, 8, 16, 30]) + 1)
    sizes = partials ** -rng.uniform(0.5, 2.5) * rng.uniform(0.2, 1, len(partials))
    if rng.random() < 0.3:
        sizes[1::2] *= rng.uniform(0, 0.3)  # a clarinet
    stretch = rng.choice([0, 0, 0, 1e-4, 1e-3])
    bell = rng.random() < 0.1
    partials = rng.uniform(0.9, 6, len(partials)) if bell else partials * np.sqrt(1 + stretch * partials ** 2)
    return {"partials": partials, "sizes": sizes, "attack": rng.choice([0.002, 0.005, 0.02, 0.08]),
            "plucked": rng.random() < 0.55, "decay": rng.uniform(0.08, 1.5), "fall": rng.uniform(0, 1),
            "vibrato": rng.choice([0, 0, 0.003, 0.01, 0.02]), "tremolo": rng.choice([0, 0, 0.1, 0.4]),
            "wobble": rng.uniform(4, 7), "breath": rng.choice([0, 0, 0.02, 0.2]),
            "body": rng.uniform(200, 3500, 2) if rng.random() < 0.4 else None}


def note(rng, sound, hz, seconds, glide_from=None):
    n = int(seconds * RATE)
    t = np.arange(n) / RATE
    f = np.full(n, hz)
    if glide_from:
        f = hz * (glide_from / hz) ** np.exp(-t / 0.04)
    wobble = np.sin(2 * np.pi * sound["wobble"] * t)
    phase = 2 * np.pi * np.cumsum(f * (1 + sound["vibrato"] * wobble * np.minimum(1, 4 * t))) / RATE
    y = np.zeros(n)
    for k, size in zip(sound["partials"], sound["sizes"]):
        if k * hz < 7500:
            fade = np.exp(-t * (1 + sound["fall"] * (k - 1)) / sound["decay"]) if sound["plucked"] else 1
            y += size * fade * np.sin(k * phase + rng.uniform(0, 6))
    y += sound["breath"] * colour(rng.standard_normal(n), rng, 0) if sound["breath"] else 0
    y *= np.minimum(1, t / sound["attack"]) * np.minimum(1, t[::-1] / 0.03)
    y *= 1 - sound["tremolo"] * (0.5 + 0.5 * wobble)
    if sound["body"] is not None:
        y = y + 3 * sum(resonator(y, f0, 150) for f0 in sound["body"])
    return y / (np.sqrt(np.mean(y[:4000] ** 2)) + 1e-9)


def string(rng, hz, seconds):
    """Karplus and Strong's plucked string."""
    period = max(3, int(RATE / hz))
    burst = np.zeros(int(seconds * RATE))
    burst[:period] = lfilter([1], [1, -rng.uniform(0, 0.8)], rng.uniform(-1, 1, period))[:len(burst)]
    loss, soft = rng.uniform(0.97, 0.999), rng.uniform(0.3, 0.7)
    y = lfilter([1], np.concatenate([[1], np.zeros(period - 1), [-loss * (1 - soft), -loss * soft]]), burst)
    return y / (np.sqrt(np.mean(y[:4000] ** 2)) + 1e-9)


def add(x, at, y, size):
    begin = int(at * RATE)
    if 0 <= begin < len(x):
        y = y[:len(x) - begin]
        x[begin:begin + len(y)] += size * y


def drums(rng, beat):
    """A drum machine with a bar of its own."""
    x = np.zeros(N)
    t = np.arange(4800)
    kick_hz = rng.uniform(40, 70) + rng.uniform(50, 200) * np.exp(-t / 400)
    kick = np.sin(2 * np.pi * np.cumsum(kick_hz) / RATE) * np.exp(-t / rng.uniform(600, 2500))
    snare = blow(rng, 4800, rng.uniform(0.02, 0.1), rng.uniform(-4, 3)) + 0.5 * modes(rng, 4800, 150, 400, 3, 0.05)
    hat = blow(rng, 4800, rng.uniform(0.008, 0.08), 6)
    tom = modes(rng, 4800, 70, 300, 3, rng.uniform(0.05, 0.2))
    clap = sum(np.roll(blow(rng, 4800, 0.012, 1), 160 * k) for k in range(3))
    sounds = [y / (np.sqrt(np.mean(y[:1600] ** 2)) + 1e-9) for y in (kick, snare, hat, tom, clap)]
    bar = rng.random((len(sounds), 8)) < np.array([0.35, 0.25, 0.6, 0.1, 0.08])[:, None]
    sizes = rng.uniform(0.2, 1, len(sounds))
    for step in range(int(N / RATE / beat * 2)):
        for k in np.flatnonzero(bar[:, step % 8]):
            add(x, step * beat / 2 + rng.uniform(0, 0.01), sounds[k], sizes[k] * rng.uniform(0.7, 1))
    return x


def music(rng):
    """Any number of instruments of 0 to 4 parts on a beat, with drums or without, or drums alone."""
    x, beat = np.zeros(N), 60 / rng.uniform(60, 180)
    with_drums = rng.random() < 0.5
    scale = np.sort(rng.choice(12, rng.integers(5, 8), replace=False))
    root = rng.uniform(55, 220)

    def pitch(degree):
        return root * 2 ** ((scale[degree % len(scale)] + 12 * (degree // len(scale))) / 12)

    lengths = {"chords": [1, 2, 4], "tune": [0.5, 1, 1, 2], "arpeggio": [0.25, 0.5], "bass": [0.5, 1]}
    for _ in range(rng.integers(0 if with_drums else 1, 4)):
        sound, octave = timbre(rng), rng.integers(0, 3) * len(scale)
        karplus, glides = rng.random() < 0.3, rng.random() < 0.15
        style, size = rng.choice(["chords", "tune", "arpeggio", "bass"]), 10 ** (rng.uniform(-10, 0) / 20)
        at, degree, last = rng.uniform(0, beat), int(rng.integers(0, 7)), None
        while at * RATE < N:
            length = beat * rng.choice(lengths[style])
            degree = int(np.clip(degree + rng.integers(-3, 4), 0, 10))
            tones = [degree, degree + 2, degree + 4] if style == "chords" else [degree]
            for d in tones:
                hz = pitch(d + (0 if style == "bass" else octave))
                held = min(length * rng.choice([0.5, 1, 1.5]), 3) + 0.03
                y = string(rng, hz, held) if karplus else note(rng, sound, hz, held, last if glides else None)
                add(x, at + rng.uniform(0, 0.012), y, size * rng.uniform(0.6, 1))
                last = hz
            at += length * (1 if rng.random() < 0.9 else 2)
    if with_drums:
        x += 10 ** (rng.uniform(-12, 6) / 20) * drums(rng, beat)
    return x


def signals(rng):
    """Telephones, sirens, beeps, whistles: tones that switch or sweep."""
    x, t = np.zeros(N), np.arange(N) / RATE
    kind = rng.choice(["ring", "siren", "beep", "whistle", "buzz"])
    if kind in ("ring", "beep"):
        tones = rng.uniform(350, 3000, rng.integers(1, 3))
        on = (t % rng.uniform(0.15, 3)) < rng.uniform(0.05, 1.5)
        trill = np.sign(np.sin(2 * np.pi * rng.uniform(8, 25) * t)) * 0.5 + 0.5 if kind == "ring" else 1
        x = sum(np.sin(2 * np.pi * f * t) for f in tones) * on * trill
    elif kind in ("siren", "whistle"):
        slow = np.sin(2 * np.pi * rng.uniform(0.1, 1.5) * t) if kind == "siren" else np.log2(swing(rng, N, 3, 3))
        hz = rng.uniform(400, 1800) * 2 ** (slow * rng.uniform(0.2, 0.8))
        phase = 2 * np.pi * np.cumsum(hz) / RATE
        x = np.sin(phase) + (0.3 * np.sin(2 * phase) if rng.random() < 0.5 else 0)
        x *= swing(rng, N, 3, 2)
    else:
        x = np.sign(np.sin(2 * np.pi * rng.uniform(50, 400) * t)) * ((t % rng.uniform(0.3, 2)) < rng.uniform(0.1, 1))
    return colour(x, rng, 0)


def other(rng):
    """A sound that is not speech: [N], RMS 1."""
    make = rng.choice([steady, struck, music, signals], p=[0.17, 0.25, 0.48, 0.1])
    x = make(rng)
    if rng.random() < 0.2:
        x = x / (x.std() + 1e-9) + 10 ** (rng.uniform(-20, 5) / 20) * struck(rng)
    return x / (x.std() + 1e-9)


# --- sequences ------------------------------------------------------------------------------------------------------


def room(x, rng):
    """Reverberation of any room, the direct sound first."""
    n = int(rng.uniform(0.1, 0.8) * RATE)
    tail = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / n)
    tail[:int(rng.uniform(0.002, 0.02) * RATE)] = 0
    tail *= rng.uniform(0.05, 1) / np.sqrt(np.sum(tail ** 2))
    tail[0] = 1
    return fftconvolve(x, tail)[:len(x)]


def microphone(x, rng):
    """Telephones, laptops, cheap headsets: what they leave of the spectrum."""
    f = np.fft.rfftfreq(len(x), 1 / RATE)
    gain_db = rng.uniform(-3, 3) * np.log2(np.maximum(f, 60) / 1000)
    if rng.random() < 0.5:
        low, high = rng.choice([30, 100, 200, 300]), rng.choice([3400, 4000, 6000, 8000])
        gain_db -= 24 * np.maximum(0, np.log2(low / np.maximum(f, 10)))
        gain_db -= 60 * np.maximum(0, np.log2(np.maximum(f, 1) / high))
    for _ in range(rng.integers(0, 3)):
        gain_db += rng.uniform(-8, 8) * np.exp(-(np.log2(np.maximum(f, 20) / 2 ** rng.uniform(7, 12.5)) / 0.4) ** 2)
    return np.fft.irfft(np.fft.rfft(x) * 10 ** (np.clip(gain_db, -80, 25) / 20), len(x))


def utterance(rng, paths):
    if rng.random() < 0.15:
        return vocal_tract(rng)
    x = load(paths[rng.integers(len(paths))])
    if x is None:
        return vocal_tract(rng)
    if rng.random() < 0.12:
        x = whispered(x, rng)
    return resample(x, rng.uniform(0.8, 1.2)) if rng.random() < 0.5 else x


def speech(rng, paths):
    """Utterances among pauses: [N], loud parts at an RMS of about 1, and how far each frame is below the loudest of its
    utterance, in dB."""
    x, below_db = np.zeros(N), np.full(N_FRAMES, -120.0)
    at = int(rng.uniform(0.2, 5) * RATE) if rng.random() < 0.8 else 0
    size = 1
    while at < N - RATE // 2:
        y = utterance(rng, paths)[:N - at]
        alone = np.zeros(N)
        alone[at:at + len(y)] = y
        power = frame_power(alone)
        loudest = np.max(power) + 1e-12
        x += alone / np.sqrt(loudest) * size
        below_db = np.maximum(below_db, 10 * np.log10(power / loudest + 1e-12))
        at += len(y) + int(rng.choice([rng.uniform(0.1, 0.5), rng.uniform(0.5, 5)]) * RATE)
        size *= 10 ** (rng.uniform(-4, 4) / 20)
    return x, below_db


def labels(below_db):
    """1 where somebody speaks, closures of up to 200 ms between sounds included; 0.5 where it is hard to say."""
    loud = below_db > -25
    y = np.where(below_db > -40, 0.5, 0.0)
    y[loud] = 1
    frames = np.flatnonzero(loud)
    for a, b in zip(frames[:-1], frames[1:]):
        if b - a <= 7:
            y[a:b] = 1
    return y


def sequence(library, seed, paths):
    rng = np.random.default_rng(seed)
    y = np.zeros(N_FRAMES)
    level = 10 ** (rng.uniform(-48, -6) / 20)
    floor = steady(rng)
    floor /= floor.std()
    if rng.random() < 0.55:
        x, below_db = speech(rng, paths)
        y = labels(below_db)
        if rng.random() < 0.5:
            x = room(x, rng)
        if rng.random() < 0.55:
            x += other(rng) * 10 ** (-rng.uniform(3, 40) / 20)
    else:
        x = other(rng)
        if rng.random() < 0.4:
            x = room(x, rng)
        if rng.random() < 0.3:  # it begins
            x[:int(rng.uniform(0.3, 6) * RATE)] = 0
    x = x + floor * 10 ** (-rng.uniform(12, 60) / 20)
    x = level * microphone(x, rng) + 10 ** (rng.uniform(-95, -65) / 20) * rng.standard_normal(N)
    if rng.random() < 0.05:
        x *= 10
    x = np.ascontiguousarray(np.clip(x, -1, 1), np.float32)
    inputs = np.zeros((N_FRAMES, library.n_inputs()), np.float32)
    library.hear(x.ctypes, N_FRAMES, inputs.ctypes)
    return inputs, y.astype(np.float32)


GLUE = r"""
#include "audio/vad.h"

int n_inputs(void)
{
    return QUILL_NET_INPUTS;
}

void hear(const float *samples, int n, float *inputs)
{
    struct quill_vad vad;

    quill_vad_init(&vad);
    for (int i = 0; i < n; i++) {
        quill_vad_frame(&vad, samples + i * QUILL_VAD_FRAME, 0);
        if (vad.n_frames > 0)
            quill_net_inputs(&vad.last[0], vad.floor_db, inputs + i * QUILL_NET_INPUTS);
    }
}
"""


def build_library(folder):
    glue, library = f"{folder}/glue.c", f"{folder}/vad.so"
    with open(glue, "w", encoding="utf-8") as f:
        f.write(GLUE)
    sources = [f"{HERE}/{name}.c" for name in ("features", "spectrum", "vad", "vad-net")]
    subprocess.run(["gcc", "-std=c11", "-O3", "-shared", "-fPIC", f"-I{HERE}/..", "-o", library, glue, *sources, "-lm"],
                   check=True)
    return library


def make(job):
    path, seeds, library, paths = job
    if os.path.exists(path):
        return
    library = ctypes.CDLL(library)
    made = [sequence(library, seed, paths) for seed in seeds]
    x, y = (np.stack(part).astype(np.float16) for part in zip(*made))
    np.savez(path, x=x, y=y)


def make_all(folder, n_sequences, n_jobs):
    """Files of sequences, (to learn from, to look at): the latter of voices that the former have not."""
    library, files = build_library(folder), {}
    with multiprocessing.Pool(n_jobs) as pool:
        if not glob.glob(f"{folder}/said-*.wav"):
            pool.map(speak, [(folder, k, held) for k in range(60) for held in (False, True) if not held or k < 8], 1)
        for name, said, n, first in (("train", "said", n_sequences, 0), ("held", "held", 150, 10 ** 6)):
            paths = sorted(glob.glob(f"{folder}/{said}-*.wav"))
            jobs = [(f"{folder}/{name}-{k}.npz", range(first + 50 * k, first + 50 * k + 50), library, paths)
                    for k in range(n // 50)]
            pool.map(make, jobs, 1)
            files[name] = [job[0] for job in jobs]
    return files["train"], files["held"]


# --- the network ----------------------------------------------------------------------------------------------------

WIDTH, BLOCKS, DELAY = 32, 5, 3  # as in vad-net.h


def network():
    import torch
    from torch import nn

    class Net(nn.Module):
        """What vad-net.c computes: x [B, T, INPUTS] -> logits [B, T]."""

        def __init__(self, n_inputs):
            super().__init__()
            self.input = nn.Linear(n_inputs, WIDTH)
            self.blocks = nn.ModuleList(nn.Linear(3 * WIDTH, WIDTH) for _ in range(BLOCKS))
            self.output = nn.Linear(WIDTH, 1)

        def forward(self, x):
            x, n = torch.relu(self.input(x)), x.shape[1]
            for b, block in enumerate(self.blocks):
                past = nn.functional.pad(x, (0, 0, 2 << b, 0))
                taps = [past[:, :n], past[:, 1 << b:n + (1 << b)], x]
                x = x + torch.relu(block(torch.cat(taps, 2)))
            return self.output(x)[:, :, 0]

    return Net


def read(files):
    parts = [np.load(path) for path in files]
    return np.concatenate([p["x"] for p in parts]), np.concatenate([p["y"] for p in parts])


def delayed(y):
    return np.concatenate([np.zeros_like(y[:, :DELAY]), y[:, :-DELAY]], axis=1)


def figures(net, x, y):
    """Of what is surely speech and surely not, the share that is said to be the other."""
    import torch

    with torch.no_grad():
        parts = [torch.from_numpy(x[i:i + 25].astype(np.float32)) for i in range(0, len(x), 25)]
        p = np.concatenate([torch.sigmoid(net(part)).numpy() for part in parts])
    y = delayed(y)
    nobody = y.max(axis=1) == 0
    quiet = [np.mean(p[nobody] > t) for t in (0.1, 0.5)]
    said = [np.mean(p[y == 1] < t) for t in (0.1, 0.5)]
    return (f"over 0.1, 0.5 where nobody speaks: {quiet[0]:.2%}, {quiet[1]:.2%}; "
            f"speech below: {said[0]:.2%}, {said[1]:.2%}")


def train(train_files, held_files, minutes):
    import torch

    torch.set_num_threads(1)  # steps are small
    torch.manual_seed(1)
    x, y = read(train_files)
    held_x, held_y = read(held_files)
    y = delayed(y)
    net = network()(x.shape[2])
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-3)
    rng, begin, step, loss_sum = np.random.default_rng(1), time.time(), 0, 0
    while (done := (time.time() - begin) / 60 / minutes) < 1:
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * min(1, step / 100) * (0.5 + 0.5 * np.cos(np.pi * done))
        which = rng.integers(0, len(x), 16)
        target = torch.from_numpy(y[which].astype(np.float32))
        given = torch.from_numpy(x[which].astype(np.float32))
        given = given + 0.05 * torch.randn_like(given)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(net(given), target)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1)
        optimizer.step()
        loss_sum, step = loss_sum + loss.item(), step + 1
        if step % 500 == 0:
            print(f"{step} steps, {time.time() - begin:.0f} s, loss {loss_sum / 500:.4f}; {figures(net, held_x, held_y)}",
                  flush=True)
            loss_sum = 0
    print(f"{step} steps; {figures(net, held_x, held_y)}")
    return net


# --- weights --------------------------------------------------------------------------------------------------------


def rows(values, form):
    text = [form.format(v) for v in np.asarray(values).ravel()]
    return "".join(f"    {', '.join(text[i:i + 16])},\n" for i in range(0, len(text), 16))


def whole_numbers(weight):
    """[outputs, ...] -> -127..127 and what they are multiplied with, one for each output."""
    scale = np.abs(weight).reshape(len(weight), -1).max(axis=1) / 127 + 1e-12
    return np.round(weight / scale.reshape(-1, *[1] * (weight.ndim - 1))).astype(int), scale


def write(net, path):
    state = {name: t.detach().numpy().astype(float) for name, t in net.state_dict().items()}
    first, first_scale = whole_numbers(state["input.weight"])
    blocks = [whole_numbers(state[f"blocks.{b}.weight"]) for b in range(BLOCKS)]
    parts = [
        ("int8_t", "input_weights[QUILL_NET_INPUTS * WIDTH]", rows(first.T, "{}")),
        ("float", "input_scale[WIDTH]", rows(first_scale, "{:.6e}f")),
        ("float", "input_bias[WIDTH]", rows(state["input.bias"], "{:.6e}f")),
        ("int8_t", "block_weights[QUILL_NET_BLOCKS * TAPS * WIDTH * WIDTH]",
         "".join(rows(w.T, "{}") for w, _ in blocks)),
        ("float", "block_scale[QUILL_NET_BLOCKS * WIDTH]", rows([s for _, s in blocks], "{:.6e}f")),
        ("float", "block_bias[QUILL_NET_BLOCKS * WIDTH]",
         rows([state[f"blocks.{b}.bias"] for b in range(BLOCKS)], "{:.6e}f")),
        ("float", "output_weights[WIDTH]", rows(state["output.weight"], "{:.6e}f")),
    ]
    with open(path, "w", encoding="utf-8") as f:
        f.write("/* Made by train-vad.py from synthetic voices and sounds alone; for vad-net.c. Weights are [input][output]. */\n"
                "/* clang-format off */\n")
        for kind, name, text in parts:
            f.write(f"static const {kind} {name} = {{\n{text}}};\n")
        f.write(f"static const float output_bias = {state['output.bias'][0]:.6e}f;\n")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--folder", default=os.path.expanduser("~/.cache/train-vad"))
    ap.add_argument("--sequences", type=int, default=6000)
    ap.add_argument("--minutes", type=float, default=8)
    ap.add_argument("--jobs", type=int, default=2)
    a = ap.parse_args()
    os.makedirs(a.folder, exist_ok=True)
    begin = time.time()
    files = make_all(a.folder, a.sequences, a.jobs)
    print(f"{a.sequences} sequences after {time.time() - begin:.0f} s", flush=True)
    write(train(*files, a.minutes), f"{HERE}/vad-weights.h")


if __name__ == "__main__":
    main()
