"""The benchmarks of live dictation, and of sound that is enhanced: short runs with the smallest model. test-live.py BENCH-FOLDER BUILD"""
import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile

from tap import case, run

bench, build = sys.argv[1:]
cli = os.path.join(build, "app/cli/longhand-cli")


def load(name):
    sys.path.insert(0, bench)
    loader = importlib.machinery.SourceFileLoader(name, os.path.join(bench, name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def model(folder):
    path = os.path.join(folder, "ggml-test.en-q8_0.bin")
    subprocess.run([os.path.join(build, "tests/support/make-model"), "test.en", "q8_0", path, "1", "12"], check=True)
    return path


def output(name, *args):
    done = subprocess.run([sys.executable, os.path.join(bench, name), *args], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@case("/live/first-recordings-that-fit-are-joined-with-pauses")
def _():
    live = load("live")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "joined.wav")
        said = live.join(build, os.path.join(bench, "../data/audio"), 12, path)
        texts = [text for _, text in said]
        assert texts == ["He regretted not having made himself clearer.",
                         "Oil my neck, first, replied the Tin Woodman."], texts
        assert abs(live.seconds_of(path) - (3.33 + 3.51 + 3 * live.PAUSE_S)) < 0.02, live.seconds_of(path)


@case("/live/each-model-and-number-of-threads-is-a-row")
def _():
    status, text, complaint = output("live", "--build", build, "--seconds", "7", "--threads", "1", "2")
    assert status == 0, complaint
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| longhand-mini")]
    assert [row[1] for row in rows] == ["1", "2"], text
    assert all(re.fullmatch(r"\d+\.\d\d / \d+\.\d\d", row[4]) and row[-1] == "0 |" for row in rows), text
    assert all(re.fullmatch(r"\d+\.\d / \d+\.\d / \d+\.\d", row[6]) for row in rows), text


@case("/live/nothing-that-fits-is-said")
def _():
    status, text, complaint = output("live", "--build", build, "--seconds", "2")
    assert status == 1 and text == "" and "not even the first recording" in complaint, (status, text, complaint)


@case("/soak/tells-memory-over-hours-and-drift")
def _():
    with tempfile.TemporaryDirectory() as folder:
        status, text, complaint = output("soak", "--cli", cli, "--hours", "0.05", "--model", model(folder))
    assert status == 0, complaint
    assert text.startswith("0.05 h of sound in "), text
    assert "0 samples dropped" in text, text
    assert re.search(r"^ 0\.05 +\d+\.\d$", text, re.MULTILINE), text
    assert re.search(r"^[1-9]\d* utterances compared .* times 0 ms apart", text, re.MULTILINE), text


@case("/soak/more-than-a-minute-of-recordings-is-refused")
def _():
    soak = load("soak")
    status, text, complaint = output("soak", "--cli", cli, *[soak.SAMPLE] * 9)
    assert status == 1 and text == "" and "not a minute" in complaint, (status, text, complaint)


@case("/noise/every-kind-is-a-minute-and-no-kind-is-another")
def _():
    noise = load("noise")
    made = [make(noise.random.Random(1)) for make in (noise.silence, noise.keyboard)]
    assert [len(sound) for sound in made] == [noise.N] * 2
    assert max(map(abs, made[0])) < 0.001 < 0.1 < max(map(abs, made[1])) < 1, [max(map(abs, s)) for s in made]



@case("/enhance/noise-is-so-far-below-the-voice")
def _():
    enhance = load("enhance")
    voice = [0] * enhance.RATE + [1000, -1000] * enhance.RATE + [0] * enhance.RATE
    mixed, = enhance.mixed([(voice, "")], enhance.white, 10)
    noise = [m - v for m, v in zip(mixed, voice)]
    assert len(mixed) == len(voice)
    assert abs(enhance.rms(noise) / (1000 * 10 ** (-10 / 20)) - 1) < 0.02, enhance.rms(noise)


@case("/enhance/each-scene-is-a-row")
def _():
    with tempfile.TemporaryDirectory() as folder:
        audio = os.path.join(bench, "../data/audio")
        with open(os.path.join(audio, "transcripts.tsv"), encoding="utf-8") as f:
            line = f.readline()
        shutil.copy(os.path.join(audio, line.split("\t")[0]), folder)
        with open(os.path.join(folder, "transcripts.tsv"), "w", encoding="utf-8") as f:
            f.write(line)
        for way in ("--greedy", "--live"):
            status, text, complaint = output("enhance", "--build", build, way, "--scene", "quiet, 30", folder)
            assert status == 0, complaint
            row = text.splitlines()[-1]
            assert re.fullmatch(r"\| quiet, 30 dB too low( \| \d+\.\d){4} \|", row), text


run()
