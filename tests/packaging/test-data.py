"""The desktop's files are valid, and what `meson install` leaves is a program that the menu can start.

test-data.py BUILD-ROOT DATA-DIR
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

import pseudo
from catalogue import messages
from tap import case, run

APP_ID = "io.github.longhand_app.Longhand"
build, data = sys.argv[1:3]
has_ibus = "ibus" in sys.argv[3:]
built = os.path.join(build, "data")
top = os.path.normpath(os.path.join(data, ".."))


def output_of(*command, env=None):
    """Exit status and everything printed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          env={**os.environ, **(env or {})})
    return done.returncode, done.stdout


def entries_of(name):
    """The lines of a list in po/, without remarks."""
    with open(os.path.join(top, "po", name), encoding="utf-8") as file:
        return [line.strip() for line in file if line.strip() and not line.startswith("#")]


def languages():
    return entries_of("LINGUAS")


def translated_sources():
    return entries_of("POTFILES.in")


def install():
    """Installs the build into a temporary directory; returns that and the prefix inside it."""
    root = tempfile.mkdtemp(prefix="longhand-install-")
    status, text = output_of("meson", "install", "-C", build, "--no-rebuild", "--destdir", root)
    assert status == 0, text
    prefixes = [base for base, dirs, _ in os.walk(root) if "bin" in dirs and "share" in dirs]
    assert len(prefixes) == 1, f"{prefixes}\n{text}"
    return root, prefixes[0]


def installed(root, name):
    """The path of the only file of this name."""
    found = [os.path.join(base, name) for base, _, names in os.walk(root) if name in names]
    assert len(found) == 1, found
    return found[0]


@case("/data/desktop-file-draws-no-remark-from-its-validator")
def _():
    # The validator's exit status is 0 even for what "will be fatal in the future".
    status, text = output_of("desktop-file-validate", os.path.join(built, APP_ID + ".desktop"))
    assert (status, text) == (0, ""), text


@case("/data/metainfo-is-valid")
def _():
    status, text = output_of("appstreamcli", "validate", "--no-net", "--explain",
                             os.path.join(built, APP_ID + ".metainfo.xml"))
    assert status == 0 and not re.search(r"^[EWI]:", text, re.MULTILINE), text


def picture(path):
    """Width, height, and how much its points differ, from 0 to 1."""
    status, text = output_of("identify", "-format", "%w %h %[fx:standard_deviation]", path)
    assert status == 0, text
    width, height, difference = text.split()
    return int(width), int(height), float(difference)


@case("/data/pictures-of-readme-and-metainfo-are-there-and-show-something")
def _():
    folder = os.path.join(data, "screenshots")
    shown = [image.text.rsplit("/", 1)[1] for image in
             ET.parse(os.path.join(built, APP_ID + ".metainfo.xml")).iterfind("screenshots/screenshot/image")]
    with open(os.path.join(top, "README.md"), encoding="utf-8") as file:
        named = set(re.findall(r"data/screenshots/([\w-]+\.png)", file.read()))
    assert len(shown) > 3 and set(shown) <= named, (shown, named)
    assert named == set(os.listdir(folder)), named.symmetric_difference(os.listdir(folder))
    for name in named:
        path = os.path.join(folder, name)
        width, height, difference = picture(path)
        assert os.path.getsize(path) < 150000 and difference > 0.03, (name, os.path.getsize(path), difference)
        if name in shown:  # what software centres ask for
            assert 620 <= width <= 1600 and width * 9 == height * 16, (name, width, height)


@case("/data/metainfo-names-the-desktop-file-and-a-release")
def _():
    root = ET.parse(os.path.join(built, APP_ID + ".metainfo.xml")).getroot()
    assert root.findtext("id") == APP_ID
    assert root.findtext("launchable") == APP_ID + ".desktop"
    assert root.find("releases/release") is not None


@case("/data/schema-compiles-strictly")
def _():
    status, text = output_of("glib-compile-schemas", "--strict", "--dry-run", data)
    assert status == 0, text


@case("/data/interface-for-programs-is-well-formed-and-described")
def _():
    path = os.path.join(data, "dbus", APP_ID + ".Dictation1.xml")
    status, text = output_of("xmllint", "--noout", "--nonet", path)
    assert (status, text) == (0, ""), text
    with tempfile.TemporaryDirectory() as folder:
        status, text = output_of("gdbus-codegen", "--generate-docbook", os.path.join(folder, "doc"), path)
        assert status == 0, text
        written = ET.parse(os.path.join(folder, f"doc-{APP_ID}.Dictation1.xml"))
    members = ET.parse(path).findall("interface/*")
    assert len(members) >= 14
    with open(path, encoding="utf-8") as file:
        described = re.findall(r"<!-- (\w+):", file.read())
    assert sorted(member.get("name") for member in members) == sorted(described)
    assert all(member.get("name") in "".join(written.getroot().itertext()) for member in members)


@case("/data/man-page-of-the-window-knows-every-command-and-member")
def _():
    with open(os.path.join(data, "man", "longhand.1"), encoding="utf-8") as file:
        manual = file.read().replace("\\-", "-")
    for option in ("--toggle", "--start", "--stop", "--state"):
        assert option in words_after_dashes(manual), option
    for member in ET.parse(os.path.join(data, "dbus", APP_ID + ".Dictation1.xml")).findall("interface/*"):
        assert member.get("name") in manual, member.get("name")


if has_ibus:
    @case("/data/man-page-of-the-input-method-knows-every-option")
    def _():
        program = os.path.join(build, "app", "ibus", "longhand-ibus")
        with open(os.path.join(data, "man", "longhand-ibus.1"), encoding="utf-8") as file:
            manual = file.read().replace("\\-", "-")
        status, text = output_of(program, "--help")
        assert status == 0 and len(words_after_dashes(text)) >= 4, text
        assert words_after_dashes(text) <= words_after_dashes(manual), text


@case("/data/icons-are-svg-of-the-size-the-theme-expects")
def _():
    for path, size in ((f"scalable/apps/{APP_ID}.svg", "128"), (f"symbolic/apps/{APP_ID}-symbolic.svg", "16")):
        root = ET.parse(os.path.join(data, "icons", "hicolor", path)).getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg", root.tag
        assert (root.get("width"), root.get("height")) == (size, size), path
        assert root.get("viewBox") == f"0 0 {size} {size}", path


@case("/data/translations-have-no-errors")
def _():
    for language in languages():
        status, text = output_of("msgfmt", "-c", "--statistics", "-o", "/dev/null",
                                 os.path.join(top, "po", language + ".po"), env={"LC_ALL": "C"})
        assert status == 0 and "warning" not in text, text
        assert "fuzzy" not in text and "untranslated" not in text, f"{language}: {text}"


@case("/data/translations-have-every-string-of-the-programs")
def _():
    with tempfile.TemporaryDirectory() as folder:
        template = os.path.join(folder, "programs.pot")
        status, text = output_of("xgettext", "--from-code=UTF-8", "--keyword=_", "--keyword=N_", "--keyword=NC_:1c,2",
                                 "--keyword=g_dngettext:2,3", "--directory", top, "--output", template,
                                 *(path for path in translated_sources() if path.endswith(".c")))
        assert status == 0, text
        for language in languages():
            status, text = output_of("msgcmp", os.path.join(top, "po", language + ".po"), template)
            assert status == 0, f"meson compile -C BUILD longhand-update-po, and translate what is new: {text}"


@case("/data/every-source-with-strings-is-listed-for-translation")
def _():
    listed = set(translated_sources())
    marked = re.compile(r'\b(?:_|N_|C_|NC_|ngettext|g_dngettext|g_dpgettext2)\s*\(\s*"|translatable="yes"')
    found = set()
    for folder in ("app", "ui"):
        for base, _, names in os.walk(os.path.join(top, folder)):
            for name in names:
                path = os.path.join(base, name)
                if name.endswith((".c", ".h", ".ui", ".blp")):
                    with open(path, encoding="utf-8") as file:
                        if marked.search(file.read()):
                            found.add(os.path.relpath(path, top))
    assert not found - listed, f"not in po/POTFILES.in: {sorted(found - listed)}"
    gone = [name for name in listed if not os.path.exists(os.path.join(top, name))]
    assert not gone, f"in po/POTFILES.in, but gone: {gone}"


@case("/data/translations-reach-programs-and-the-menu")
def _():
    for language in languages():
        _, text = output_of(os.path.join(build, "app", "cli", "longhand-cli"), "--help",
                            env={"LANGUAGE": language, "LC_ALL": "C.UTF-8",
                                 "LONGHAND_LOCALE_DIR": os.path.join(build, "po")})
        assert "longhand-cli" in text and not text.startswith("Usage:"), f"{language}: {text}"
    with open(os.path.join(built, APP_ID + ".desktop"), encoding="utf-8") as file:
        assert "\nGenericName[de]=Diktat\n" in file.read()


@case("/data/every-language-is-in-the-menu")
def _():
    status, entry = output_of("msgfmt", "--desktop", "--template", os.path.join(data, APP_ID + ".desktop.in"),
                              "-d", os.path.join(top, "po"), "-o", "-")
    assert status == 0, entry
    for language in languages():
        keywords = re.search(rf"^Keywords\[{language}\]=(.*)$", entry, re.MULTILINE)
        assert f"\nGenericName[{language}]=" in entry and keywords and keywords[1].endswith(";"), language


@case("/data/translations-keep-options-spaces-and-mnemonics")
def _():
    def kept(text):
        text = re.sub(r"：\Z", ": ", text)  # this one has its space in it
        return words_after_dashes(text), re.match(r"\s*", text)[0], re.search(r"\s*$", text)[0], text.count("_")
    for language in languages():
        found = list(messages(os.path.join(top, "po", language + ".po")))
        assert len(found) > 1000, len(found)
        wrong = [pair for pair in found if kept(pair[0]) != kept(pair[1])]
        assert not wrong, f"{language}: {wrong}"


# Of which there is one at a time.
ALTERNATIVES = {"_Pin": "Un_pin", "_Next": "Start _Writing", "_Record": "_Stop"}


def menus_and_windows():
    """Labels that are on the screen at the same time, by where they are: each menu, question and window. The steps of
    the first run are one window."""
    groups = {}
    for base, _, names in os.walk(os.path.join(top, "ui")):
        for name in sorted(names):
            with open(os.path.join(base, name), encoding="utf-8") as file:
                text = file.read()
            if name.endswith(".ui"):
                root = ET.fromstring(text)
                for menu in root.iter("menu"):
                    groups[name + ":" + menu.get("id")] = [
                        label.text for label in menu.iter("attribute") if label.get("name") == "label"]
                groups[name] = [label.text for label in root.iter("property") if label.get("name") == "label"]
            elif name.endswith(".c"):
                for i, question in enumerate(re.findall(r"add_responses \(.*?NULL\)", text, re.DOTALL)):
                    groups[f"{name}:{i}"] = re.findall(r'_ \("(.*?)"\)', question)
                if os.path.basename(base) == "first-run":
                    groups[name] = re.findall(r'_ \("(_?\w[^"]*)"\)', text)
    steps = [name for name in groups if re.search("first-run|-step", name)]
    groups["first run"] = [label for name in steps for label in groups.pop(name)]
    return groups


@case("/data/no-two-labels-share-a-mnemonic-in-any-language")
def _():
    translations = {"en": {}, **{language: dict(messages(os.path.join(top, "po", language + ".po")))
                                 for language in languages()}}
    groups = menus_and_windows()
    assert len(groups["longhand-window.ui:main_menu"]) > 10 and len(groups["first run"]) > 4, groups
    wrong = []
    for language, translated in translations.items():
        for where, labels in groups.items():
            taken = {}
            for label in labels:
                text = translated.get(label, label)
                if mnemonic := re.search(r"_(\w)", text):
                    taken.setdefault(mnemonic[1].lower(), set()).add(label)
            wrong += [(language, where, same) for same in taken.values()
                      if len(same) > 1 and same not in map(set, ALTERNATIVES.items())]
    assert not wrong, wrong


@case("/flatpak/asks-for-a-window-a-microphone-and-downloads-and-nothing-else")
def _():
    with open(os.path.join(data, "..", "flatpak", APP_ID + ".yml"), encoding="utf-8") as file:
        manifest = file.read()
    asked = re.search(r"^finish-args:\n((?:  - .*\n)+)", manifest, re.MULTILINE)[1]
    assert sorted(line[4:] for line in asked.splitlines()) == [
        "--device=dri", "--share=ipc", "--share=network", "--socket=fallback-x11", "--socket=pulseaudio", "--socket=wayland"], asked
    assert f"id: {APP_ID}\n" in manifest
    # Sources from elsewhere are pinned to a commit, not to a name that can move.
    assert manifest.count("type: git") == len(re.findall(r"commit: [0-9a-f]{40}$", manifest, re.MULTILINE))


@case("/install/holds-what-the-menu-needs")
def _():
    root, prefix = install()
    try:
        for path in ("bin/longhand", "bin/longhand-cli",
                     f"share/applications/{APP_ID}.desktop", f"share/metainfo/{APP_ID}.metainfo.xml",
                     f"share/icons/hicolor/scalable/apps/{APP_ID}.svg",
                     f"share/icons/hicolor/symbolic/apps/{APP_ID}-symbolic.svg",
                     f"share/glib-2.0/schemas/{APP_ID}.gschema.xml",
                     "share/longhand/models/ggml-longhand-mini.en-q5_K.bin",
                     f"share/dbus-1/services/{APP_ID}.service",
                     f"share/dbus-1/interfaces/{APP_ID}.Dictation1.xml",
                     "share/longhand/samples/sample.wav", "share/longhand/samples/sample.txt",
                     "share/man/man1/longhand.1", "share/man/man1/longhand-cli.1",
                     *(f"share/{folder}" for program in ("longhand", "longhand-cli") for folder in (
                         f"bash-completion/completions/{program}", f"zsh/site-functions/_{program}",
                         f"fish/vendor_completions.d/{program}.fish"))):
            assert os.path.exists(os.path.join(prefix, path)), f"{path} is not installed"
        assert os.access(installed(root, "longhand-microphone"), os.X_OK)
        with open(os.path.join(prefix, f"share/applications/{APP_ID}.desktop"), encoding="utf-8") as file:
            entry = dict(line.split("=", 1) for line in file.read().split("\n\n")[0].splitlines() if "=" in line)
        assert os.access(os.path.join(prefix, "bin", entry["Exec"].split()[0]), os.X_OK), entry["Exec"]
        assert entry["Exec"].endswith(" %F") and "audio/flac;" in entry["MimeType"], "files are not opened with it"
        assert os.path.exists(os.path.join(prefix, f"share/icons/hicolor/scalable/apps/{entry['Icon']}.svg"))
        with open(os.path.join(prefix, f"share/dbus-1/services/{APP_ID}.service"), encoding="utf-8") as file:
            service = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
        assert entry["DBusActivatable"] == "true" and service["Name"] == APP_ID
        assert root + service["Exec"].split()[0] == os.path.join(prefix, "bin", "longhand"), service["Exec"]
    finally:
        shutil.rmtree(root)


if has_ibus:
    @case("/install/holds-what-ibus-needs")
    def _():
        root, prefix = install()
        try:
            component = ET.parse(os.path.join(prefix, f"share/ibus/component/{APP_ID}.IBus.xml")).getroot()
            assert component.findtext("name") == f"{APP_ID}.IBus"
            assert component.findtext("engines/engine/name") == "longhand"
            program = root + component.findtext("exec").split()[0]
            assert program == os.path.join(prefix, "bin", "longhand-ibus") and os.access(program, os.X_OK), program
            assert os.path.exists(os.path.join(prefix, "share/man/man1/longhand-ibus.1"))
        finally:
            shutil.rmtree(root)


@case("/install/command-line-works-away-from-the-build-with-the-installed-model")
def _():
    root, prefix = install()
    try:
        share = os.path.join(prefix, "share")
        env = {"XDG_DATA_DIRS": f"{share}:/usr/share", "LONGHAND_MODEL_DIR": "/nonexistent",
               "GSETTINGS_SCHEMA_DIR": os.path.join(share, "glib-2.0", "schemas")}
        subprocess.run(["glib-compile-schemas", env["GSETTINGS_SCHEMA_DIR"]], check=True)
        done = subprocess.run([os.path.join(prefix, "bin", "longhand-cli"), "transcribe",
                               os.path.join(share, "longhand", "samples", "sample.wav")],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                              env={**os.environ, **env})
        assert done.returncode == 0, done.stderr
        assert len(done.stdout.split()) > 3, repr(done.stdout)
    finally:
        shutil.rmtree(root)


def words_after_dashes(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))


@case("/cli/help-is-translated-but-for-options-verbs-and-what-glib-says")
def _():
    cli = os.path.join(build, "app", "cli", "longhand-cli")
    of_glib = re.compile(r"(Usage|(Help|Application) Options):|Show help options|\[OPTION…\]")
    with tempfile.TemporaryDirectory() as folder:
        env = pseudo.make(os.path.join(top, "po", "de.po"), folder)
        verbs = re.findall(r"^  ([a-z-]+)  ", output_of(cli, "--help", env=env)[1], re.MULTILINE)
        assert len(verbs) >= 10, verbs
        for verb in ["", *verbs]:
            status, text = output_of(cli, *verb.split(), "--help", env=env)
            assert status == 0, text
            text = re.sub(r"--?[a-z][a-z-]*", "", of_glib.sub("", text))
            found = set(pseudo.plain_words(text)).difference(*(word.split("-") for word in ["longhand-cli", *verbs]))
            assert not found, f"{verb}: {found}\n{text}"


def verbs():
    """The verbs of the command line, each with the options that it tells of."""
    cli = os.path.join(build, "app", "cli", "longhand-cli")
    found = {}
    for verb in re.findall(r"^  ([a-z-]+)  ", output_of(cli, "--help")[1], re.MULTILINE):
        status, text = output_of(cli, verb, "--help")
        assert status == 0, text
        found[verb] = set(re.findall(r"^  (?:-\w, )?(--[a-z][a-z-]+)", text, re.MULTILINE))
    assert len(found) >= 10 and all("--help" in options for options in found.values()), found
    return found


def completion(path):
    with open(os.path.join(data, "completions", path), encoding="utf-8") as file:
        return file.read()


def completed(*words):
    """What bash offers for the last of these words."""
    script = """
        . "$1"
        COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2)) COMPREPLY=()
        "_${2//-/_}"
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    return set(output_of("bash", "-c", script, "bash", os.path.join(data, "completions", "bash", words[0]), *words)[1].split())


@case("/cli/man-page-knows-every-verb-and-option")
def _():
    with open(os.path.join(data, "man", "longhand-cli.1"), encoding="utf-8") as file:
        manual = file.read().replace("\\-", "-")
    for verb, options in verbs().items():
        assert verb in manual and options <= words_after_dashes(manual), (verb, options - words_after_dashes(manual))


def zsh_options(text, verb=None):
    """The options that the text, or a verb's part of it, completes."""
    if verb:
        text = re.search(rf"^        {verb}\)\n(.*?)^          ;;$", text, re.MULTILINE | re.DOTALL)[1]
    return set(re.findall(r"(?<=[{,'])--[a-z][a-z-]+(?=[=}\[])", text))


def fish_options(text, verb=None):
    condition = rf"-n '__fish_seen_subcommand_from {verb}' " if verb else ""
    return {"--" + name for name in re.findall(rf"^complete -c \S+ {condition}(?:-s \w )?-l ([a-z-]+)", text, re.MULTILINE)}


@case("/completion/every-shell-knows-every-option-of-every-verb")
def _():
    zsh, fish = completion("zsh/_longhand-cli"), completion("fish/longhand-cli.fish")
    for verb, options in verbs().items():
        assert verb in completed("longhand-cli", "")
        assert re.search(rf"^    '{verb}:\w", zsh, re.MULTILINE)
        assert re.search(rf"^complete .* -a {verb} -d '\w", fish, re.MULTILINE)
        for shell, offered in (("bash", completed("longhand-cli", verb, "-")), ("zsh", zsh_options(zsh, verb)),
                               ("fish", fish_options(fish, verb))):
            assert offered == options, (shell, verb, offered ^ options)


@case("/completion/every-shell-knows-every-option-of-the-window")
def _():
    status, text = output_of(os.path.join(build, "ui", "longhand"), "--help-all")
    assert status == 0, text
    options = set(re.findall(r"^  (?:-\w, )?(--[a-z][a-z-]+)", text, re.MULTILINE))
    assert {"--toggle", "--help"} <= options, text
    assert completed("longhand", "-") == options
    assert zsh_options(completion("zsh/_longhand")) == options
    assert fish_options(completion("fish/longhand.fish")) == options
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "recording.wav")
        with open(path, "w", encoding="utf-8"):
            assert completed("longhand", folder + "/rec") == {path}


@case("/completion/what-is-written-by-the-script-is-what-it-writes")
def _():
    with tempfile.TemporaryDirectory() as folder:
        for shell in ("zsh", "fish"):
            os.mkdir(os.path.join(folder, shell))
        script = os.path.join(data, "completions", "make-completions.py")
        status, text = output_of(sys.executable, script, build, folder)
        assert status == 0, text
        written = [os.path.relpath(os.path.join(base, name), folder) for base, _, names in os.walk(folder) for name in names]
        assert len(written) == 4, written
        for path in written:
            with open(os.path.join(folder, path), encoding="utf-8") as file:
                assert file.read() == completion(path), f"{path}: run {script} {build}"


@case("/cli/completion-offers-verbs-options-and-values")
def _():
    assert {"transcribe", "listen", "devices", "bench", "replay", "selftest", "quantize"} <= completed("longhand-cli", "")
    assert completed("longhand-cli", "tr") == {"transcribe"}
    assert "--format" in completed("longhand-cli", "transcribe", "--f")
    assert completed("longhand-cli", "transcribe", "--task", "") == {"transcribe", "translate"}
    assert completed("longhand-cli", "transcribe", "--format", "") == {
        "txt", "md", "odt", "srt", "vtt", "lrc", "json", "tsv", "csv", "all"}
    assert completed("longhand-cli", "transcribe", "--format", "txt,j") == {"txt,json"}
    assert {"f32", "q4_0", "q6_K"} <= completed("longhand-cli", "quantize", "a", "b", "")
    assert completed("longhand-cli", "quantize", "a", "b", "q8") == {"q8_0"}


run()
