#!/usr/bin/env python3
"""Writes the completions for zsh and fish anew, from what the programs say of their options. A test tells when that is
due. make-completions.py BUILD-ROOT [FOLDER]"""
import os
import re
import subprocess
import sys

TYPES = "f32 f16 q4_0 q4_1 q5_0 q5_1 q8_0 q4_K q5_K q6_K"
# Values that are one of a few words; others are told by what the help calls them.
WORDS = {
    "format": "txt md odt srt vtt lrc json tsv csv all", "progress": "auto always never", "task": "transcribe translate",
    "condition-on-previous-text": "yes no", "suppress-blank": "yes no", "speed": "1 2 4 max",
    "cpu": "all c avx2 avxvnni avx512 avx512vnni amx neon dotprod",
}
# What stands behind a verb: files, or a function of the completion's own.
ARGUMENTS = {"transcribe": "files", "detect-language": "files", "bench": "files", "replay": "files", "quantize": "quantize",
             "models": "models_verb", "recover": "sessions"}
MODELS_VERBS = "list download delete import measure"

ZSH_HEAD = """#compdef {program}
# zsh completion for {program}, written by data/completions/make-completions.py

"""
ZSH_CLI = f"""_longhand_cli_models() {{
  local -a folders models
  folders=(${{XDG_DATA_HOME:-$HOME/.local/share}} /usr/local/share /usr/share)
  models=($^folders/longhand/models/ggml-*.bin(N:t:r))
  models=(${{models#ggml-}})
  compadd -a -- models
}}

_longhand_cli_model() {{
  _alternative 'models:model:_longhand_cli_models' 'files:file:_files'
}}

_longhand_cli_sessions() {{
  local -a sessions
  sessions=(${{XDG_DATA_HOME:-$HOME/.local/share}}/longhand/sessions/*.session(N:t))
  compadd -a -- sessions
  _files
}}

_longhand_cli_quantize() {{
  if (( CURRENT == 4 )); then
    compadd -- {TYPES}
  else
    _files
  fi
}}

_longhand_cli_models_verb() {{
  if (( CURRENT == 2 )); then
    compadd -- {MODELS_VERBS}
    return
  fi
  case $words[2] in
    download) compadd -- $(LC_ALL=C LANGUAGE= longhand-cli models 2>/dev/null | awk '!/installed$/ {{ print $1 }}') ;;
    delete) compadd -- $(LC_ALL=C LANGUAGE= longhand-cli models 2>/dev/null | awk '/installed$/ {{ print $1 }}') ;;
    import) _files ;;
  esac
}}

"""
FISH_HEAD = """# fish completion for {program}, written by data/completions/make-completions.py

"""
FISH_CLI = f"""function __longhand_cli_models
    set -l home $XDG_DATA_HOME
    test -n "$home"; or set home ~/.local/share
    for path in $home/longhand/models/ggml-*.bin /usr/local/share/longhand/models/ggml-*.bin /usr/share/longhand/models/ggml-*.bin
        string replace -r '.*/ggml-(.*)\\.bin$' '$1' -- $path
    end
    __fish_complete_path (commandline -ct)
end

function __longhand_cli_sessions
    set -l home $XDG_DATA_HOME
    test -n "$home"; or set home ~/.local/share
    for path in $home/longhand/sessions/*.session
        string replace -r '.*/' '' -- $path
    end
    __fish_complete_path (commandline -ct)
end

function __longhand_cli_quantize
    if test (count (commandline -opc)) -ge 4
        string split ' ' '{TYPES}'
    else
        __fish_complete_path (commandline -ct)
    end
end

function __longhand_cli_models_verb
    set -l words (commandline -opc)
    if test (count $words) -eq 2
        string split ' ' '{MODELS_VERBS}'
        return
    end
    switch $words[3]
        case download
            env LC_ALL=C LANGUAGE= longhand-cli models 2>/dev/null | awk '!/installed$/ {{ print $1 }}'
        case delete
            env LC_ALL=C LANGUAGE= longhand-cli models 2>/dev/null | awk '/installed$/ {{ print $1 }}'
        case import
            __fish_complete_path (commandline -ct)
    end
end

complete -c longhand-cli -f
"""


def said_by(program, *arguments):
    env = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"}
    return subprocess.run([program, *arguments], stdout=subprocess.PIPE, text=True, check=True, env=env).stdout


def options(text):
    """(letter or None, name, what its value is called or None, description) of each option in a help text."""
    for letter, name, value, said in re.findall(r"^  (?:-(\w), )?--([a-z-]+)(?:=(\S+))?\s{2,}(\S.*)$", text, re.MULTILINE):
        yield letter, name, value, said


def kind_of(name, value):
    """Of an option's value: words to choose from, "model", "files" or "any"."""
    if name in WORDS:
        return WORDS[name]
    return {"MODEL": "model", "FILE": "files", "PATH": "files"}.get(value, "any")


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def zsh_option(letter, name, value, said):
    said = re.sub(r"([][\\])", r"\\\1", said)
    behind = ""
    if value:
        kind = kind_of(name, value)
        action = {"model": "_longhand_cli_model", "files": "_files", "any": " "}.get(kind, f"({kind})")
        behind = f":{value.lower().replace(':', '')}:{action}"
    if not letter:
        return quoted(f"--{name}{'=' if value else ''}[{said}]{behind}")
    names = f"{{-{letter}{'+' if value else ''},--{name}{'=' if value else ''}}}"
    return quoted(f"(-{letter} --{name})") + names + quoted(f"[{said}]{behind}")


def zsh_cli(verbs):
    text = ZSH_HEAD.format(program="longhand-cli") + ZSH_CLI
    text += "_longhand_cli() {\n  local curcontext=$curcontext state\n  local -a line verbs\n  typeset -A opt_args\n"
    text += "  verbs=(\n" + "".join(f"    {quoted(verb + ':' + said)}\n" for verb, said, _ in verbs) + "  )\n"
    text += "  _arguments -C '(- *)'{-h,--help}'[Show help]' '1: :->verb' '*:: :->rest' && return\n"
    text += "  case $state in\n    verb) _describe verb verbs ;;\n    rest)\n      case $words[1] in\n"
    for verb, _, given in verbs:
        lines = [zsh_option(*option) for option in given]
        argument = ARGUMENTS.get(verb)
        if argument:
            lines.append(quoted("*:file:_files" if argument == "files" else f"*: :_longhand_cli_{argument}"))
        text += f"        {verb})\n          _arguments -s \\\n            " + " \\\n            ".join(lines) + "\n          ;;\n"
    return text + "      esac\n      ;;\n  esac\n}\n\n_longhand_cli \"$@\"\n"


def fish_line(program, verb, letter, name, value, said):
    line = f"complete -c {program}" + (f" -n '__fish_seen_subcommand_from {verb}'" if verb else "")
    line += (f" -s {letter}" if letter else "") + f" -l {name}"
    if value:
        kind = kind_of(name, value)
        line += {"model": " -x -a '(__longhand_cli_models)'", "files": " -r -F", "any": " -x"}.get(kind, f" -x -a '{kind}'")
    return line + " -d " + fish_quoted(said) + "\n"


def fish_quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_cli(verbs):
    text = FISH_HEAD.format(program="longhand-cli") + FISH_CLI
    text += "complete -c longhand-cli -n __fish_use_subcommand -s h -l help -d 'Show help'\n"
    for verb, said, _ in verbs:
        text += f"complete -c longhand-cli -n __fish_use_subcommand -a {verb} -d {fish_quoted(said)}\n"
    for verb, _, given in verbs:
        text += "\n" + "".join(fish_line("longhand-cli", verb, *option) for option in given)
        argument = ARGUMENTS.get(verb)
        if argument:
            what = "-F" if argument == "files" else f"-a '(__longhand_cli_{argument})'"
            text += f"complete -c longhand-cli -n '__fish_seen_subcommand_from {verb}' {what}\n"
    return text


def zsh_window(given):
    lines = [zsh_option(*option) for option in given] + ["'*:recording:_files'"]
    return ZSH_HEAD.format(program="longhand") + "_arguments \\\n  " + " \\\n  ".join(lines) + "\n"


def fish_window(given):
    return FISH_HEAD.format(program="longhand") + "".join(fish_line("longhand", None, *option) for option in given)


def completions(build):
    """Of zsh and fish, by their path in this folder."""
    cli = os.path.join(build, "app", "cli", "longhand-cli")
    verbs = [(verb, said, list(options(said_by(cli, verb, "--help"))))
             for verb, said in re.findall(r"^  ([a-z-]+)  +([A-Z].*)$", said_by(cli, "--help"), re.MULTILINE)]
    made = {"zsh/_longhand-cli": zsh_cli(verbs), "fish/longhand-cli.fish": fish_cli(verbs)}
    window = os.path.join(build, "ui", "longhand")
    if os.path.exists(window):
        given = list(options(said_by(window, "--help-all")))
        made.update({"zsh/_longhand": zsh_window(given), "fish/longhand.fish": fish_window(given)})
    return made


def main():
    folder = sys.argv[2] if len(sys.argv) > 2 else os.path.dirname(os.path.abspath(__file__))
    for path, text in completions(sys.argv[1]).items():
        with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
