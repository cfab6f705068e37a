"""Options of openai/whisper (June 2025) and whisper.cpp (whisper-cli, August 2026) are options of
longhand-cli transcribe, too, or the README says what there is in their place.

test-cli-references.py LONGHAND-CLI README
"""
import os
import re
import subprocess
import sys

from tap import case, run

cli, readme = sys.argv[1:]

OPENAI = """model model_dir device output_dir output_format verbose task language temperature best_of beam_size patience
    length_penalty suppress_tokens initial_prompt carry_initial_prompt condition_on_previous_text fp16
    temperature_increment_on_fallback compression_ratio_threshold logprob_threshold no_speech_threshold word_timestamps
    prepend_punctuations append_punctuations highlight_words max_line_width max_line_count max_words_per_line threads
    clip_timestamps hallucination_silence_threshold"""
WHISPER_CPP = """threads processors offset-t offset-n duration max-context max-len split-on-word best-of beam-size audio-ctx
    word-thold entropy-thold logprob-thold no-speech-thold temperature temperature-inc debug-mode translate diarize
    tinydiarize no-fallback output-txt output-vtt output-srt output-lrc output-words font-path output-csv output-json
    output-json-full output-file no-prints print-special print-colors print-confidence print-progress no-timestamps
    language detect-language prompt carry-initial-prompt model file ov-e-device dtw log-score no-gpu device flash-attn
    no-flash-attn suppress-nst suppress-regex grammar grammar-rule grammar-penalty vad vad-model vad-threshold
    vad-min-speech-duration-ms vad-min-silence-duration-ms vad-max-speech-duration-s vad-speech-pad-ms
    vad-samples-overlap"""


def offered():
    """Names of the options of longhand-cli transcribe."""
    text = subprocess.run([cli, "transcribe", "--help"], stdout=subprocess.PIPE, text=True, check=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"}).stdout
    return set(re.findall(r"^ +(?:-\w, )?--([\w-]+)", text, re.MULTILINE))


def explained():
    """Names in the first column of the README's table of options."""
    with open(readme, encoding="utf-8") as file:
        table = file.read().partition("| there | here |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("|")]
    return set(re.findall(r"`--([\w-]+)", " ".join(cells)))


@case("/cli/references/each-option-is-there-or-explained")
def _():
    here, told = offered(), explained()
    for name in OPENAI.split() + WHISPER_CPP.split():
        assert name.replace("_", "-") in here or name in told, name


@case("/cli/references/what-is-explained-is-an-option-of-theirs")
def _():
    told = explained()
    assert told
    assert told <= set(OPENAI.split() + WHISPER_CPP.split()), told - set(OPENAI.split() + WHISPER_CPP.split())


run()
