"""The comparison with whisper.cpp: its arithmetic, and a whole run against a stand-in for whisper.cpp.
test-compare.py COMPARE BUILD"""
import importlib.machinery
import importlib.util
import json
import os
import subprocess
import sys
import tempfile

from tap import case, run

script, build = sys.argv[1:]
loader = importlib.machinery.SourceFileLoader("compare", script)
compare = importlib.util.module_from_spec(importlib.util.spec_from_loader("compare", loader))
loader.exec_module(compare)

BENCH = """
whisper_print_timings:     load time =    36.50 ms
whisper_print_timings:      mel time =     0.00 ms
whisper_print_timings:   encode time = 12000.50 ms /     1 runs (12000.50 ms per run)
whisper_print_timings:   decode time = 25600.00 ms /   256 runs (  100.00 ms per run)
whisper_print_timings:   batchd time =   900.00 ms /    64 runs (   14.06 ms per run)
"""
CLI = "[00:00:00.000 --> 00:00:30.000]   a b c d e f g h i j k l"


def stand_in(folder, name, body):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\n" + body)
    os.chmod(path, 0o755)
    return path


def peer(folder, said=CLI):
    """Programs that print what whisper.cpp prints."""
    stand_in(folder, "whisper-bench", f"cat >&2 <<'END'\n{BENCH}END\n")
    return stand_in(folder, "whisper-cli", f"sleep 0.1\necho '{said}'\n")


def model(folder):
    """The smallest model, which says " a b c ... l"."""
    path = os.path.join(folder, "ggml-test.en-q8_0.bin")
    subprocess.run([os.path.join(build, "tests/support/make-model"), "test.en", "q8_0", path, "1", "12"], check=True)
    return path


def output(*args):
    done = subprocess.run([sys.executable, script, "--build", build, *args], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@case("/compare/times-are-those-of-one-run")
def _():
    assert compare.peer_timings(BENCH) == {"encode": 12000.5, "decode": 100, "batchd": 900 / 64}
    assert compare.peer_timings("nothing of the kind") == {}


@case("/compare/medians-make-the-ratio-and-the-ratio-meets-the-target-or-not")
def _():
    told = compare.summary("encoder, ms", "q8_0", [800, 790, 5000], [200, 100, 210])
    assert (told["peer"], told["longhand"], told["ratio"], told["target"], told["met"]) == (800, 200, 4, 4, True)
    assert told["peer_runs"] == [800, 790, 5000]
    assert not compare.summary("encoder, ms", "q8_0", [799], [200])["met"]
    assert compare.summary("encoder, ms", "q5_1", [700], [200])["met"]
    for weight_type in ("q8_0", "q5_1"):
        assert compare.summary("token, ms", weight_type, [2], [1])["met"]
        assert not compare.summary("token, ms", weight_type, [1.9], [1])["met"]
    for weight_type in ("f16", "f32", "q4_K"):
        told = compare.summary("token, ms", weight_type, [1.9], [1])
        assert told["target"] is None and told["met"] is None, told
    assert not compare.summary("load to result, ms", "f16", [2.9], [1])["met"]
    assert compare.summary("peak memory, MiB", "q8_0", [100], [60])["met"]
    assert not compare.summary("peak memory, MiB", "q8_0", [100], [61])["met"]
    assert compare.summary("processor time, ms", "q8_0", [1], [2])["target"] is None


@case("/compare/the-table-is-aligned")
def _():
    measures = [compare.summary(name, "q8_0", [1234.5], [1]) for name in compare.MEASURES]
    lines = compare.table([{"model": "tiny.en-q8_0", "measures": measures}])
    assert len(lines) == 6 and lines[1].startswith("tiny.en-q8_0 encoder, ms")
    assert lines[2].startswith(" " * 13 + "token, ms")
    assert {line.index("x") for line in lines[1:]} == {lines[0].index("ratio") + 4}
    assert "1234.50" in lines[2]


@case("/compare/only-what-has-a-target-is-met-or-missed")
def _():
    reports = [{"model": f"tiny.en-{weight_type}", "measures": [compare.summary("token, ms", weight_type, [1], [1])]}
               for weight_type in ("q8_0", "f16")]
    lines = compare.table(reports)
    assert lines[1].endswith(" 1.00x   2.00x missed") and lines[2].endswith(" 1.00x"), lines


@case("/compare/texts-are-compared-without-their-times")
def _():
    assert compare.words(CLI + "\n") == compare.words("a b c d e f g h i j k l\n") == list("abcdefghijkl")


@case("/compare/both-are-run-on-the-smallest-model")
def _():
    with tempfile.TemporaryDirectory() as folder:
        result = os.path.join(folder, "result.json")
        status, told, complaint = output("--peer", peer(folder), "--model", model(folder), "--runs", "1", "--tokens",
                                         "4", "--json", result)
        assert status == 0, complaint
        with open(result, encoding="utf-8") as file:
            report = json.load(file)["models"][0]
    measure = {m["name"]: m for m in report["measures"]}
    assert report["model"] == "test.en-q8_0" and report["type"] == "q8_0" and report["same_text"], report
    assert list(measure) == compare.MEASURES
    assert measure["encoder, ms"]["peer"] == 12000.5 and measure["token, ms"]["peer"] == 100
    assert measure["load to result, ms"]["peer"] >= 100
    assert all(m["longhand"] > 0 and m["ratio"] > 0 for m in report["measures"])
    assert "12000.5" in told and "differ" not in told, told


@case("/compare/different-texts-are-told")
def _():
    with tempfile.TemporaryDirectory() as folder:
        status, told, complaint = output("--peer", peer(folder, "something else"), "--model", model(folder), "--runs",
                                         "1", "--tokens", "1")
    assert status == 0 and "test.en-q8_0: the texts differ" in told, told + complaint


@case("/compare/what-is-missing-is-named-in-one-sentence")
def _():
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as empty:
        peer(folder)
        for args, named in [((empty,), "/whisper-cli"),
                            ((folder, "--model", "/no/such.bin"), "/no/such.bin"),
                            ((folder, "--models", "/no/such"), "/no/such"),
                            ((folder, "--audio", "/no/such.wav"), "/no/such.wav"),
                            ((folder, "--build", folder), "longhand-cli")]:
            status, told, complaint = output("--peer", *args)
            assert status == 2 and told == "", (args, status, told)
            assert named in complaint and complaint.startswith("compare: There is no "), complaint
            assert complaint.count("\n") == 1 and complaint.endswith(".\n"), complaint


@case("/compare/a-program-that-fails-is-told")
def _():
    with tempfile.TemporaryDirectory() as folder:
        peer(folder)
        for body, named in [("echo cannot >&2; exit 3\n", "whisper-bench failed (status 3): cannot\n"),
                            ("echo working >&2; kill -ILL $$\n",
                             "whisper-bench died of signal 4 (illegal instruction): working\n"),
                            ("kill -KILL $$\n", "whisper-bench died of signal 9 (killed): it said nothing\n"),
                            ("true\n", "no times")]:
            stand_in(folder, "whisper-bench", body)
            status, told, complaint = output("--peer", folder, "--model", model(folder), "--runs", "1")
            assert status == 1 and told == "" and named in complaint, complaint


run()
