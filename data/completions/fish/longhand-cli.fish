# fish completion for longhand-cli, written by data/completions/make-completions.py

function __longhand_cli_models
    set -l home $XDG_DATA_HOME
    test -n "$home"; or set home ~/.local/share
    for path in $home/longhand/models/ggml-*.bin /usr/local/share/longhand/models/ggml-*.bin /usr/share/longhand/models/ggml-*.bin
        string replace -r '.*/ggml-(.*)\.bin$' '$1' -- $path
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
        string split ' ' 'f32 f16 q4_0 q4_1 q5_0 q5_1 q8_0 q4_K q5_K q6_K'
    else
        __fish_complete_path (commandline -ct)
    end
end

function __longhand_cli_models_verb
    set -l words (commandline -opc)
    if test (count $words) -eq 2
        string split ' ' 'list download delete import measure'
        return
    end
    switch $words[3]
        case download
            env LC_ALL=C LANGUAGE= longhand-cli models 2>/dev/null | awk '!/installed$/ { print $1 }'
        case delete
            env LC_ALL=C LANGUAGE= longhand-cli models 2>/dev/null | awk '/installed$/ { print $1 }'
        case import
            __fish_complete_path (commandline -ct)
    end
end

complete -c longhand-cli -f
complete -c longhand-cli -n __fish_use_subcommand -s h -l help -d 'Show help'
complete -c longhand-cli -n __fish_use_subcommand -a transcribe -d 'Write out recordings'
complete -c longhand-cli -n __fish_use_subcommand -a detect-language -d 'Tell which language is spoken in recordings'
complete -c longhand-cli -n __fish_use_subcommand -a listen -d 'Write out what is spoken into a microphone'
complete -c longhand-cli -n __fish_use_subcommand -a recover -d 'List sessions that were cut off, and write out what was said in them'
complete -c longhand-cli -n __fish_use_subcommand -a devices -d 'List microphones'
complete -c longhand-cli -n __fish_use_subcommand -a models -d 'List, download, import and delete models'
complete -c longhand-cli -n __fish_use_subcommand -a bench -d 'Measure how fast this machine recognises'
complete -c longhand-cli -n __fish_use_subcommand -a replay -d 'Dictate a recording, and measure how soon text is there'
complete -c longhand-cli -n __fish_use_subcommand -a selftest -d 'Check that all kernels of this machine hear the same'
complete -c longhand-cli -n __fish_use_subcommand -a quantize -d 'Make a model smaller, or otherwise change the type of its weights'

complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -s h -l help -d 'Show these options'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -s m -l model -x -a '(__longhand_cli_models)' -d 'Model: name of an installed one, or a file (default: the best installed one)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -s t -l threads -x -d 'Threads, 1 to 256 (default 0: as many as are best)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -s r -l recursive -d 'Look for recordings also in folders of folders'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l raw -x -d 'Recordings are 16-bit samples (signed, little-endian, mono) without a header, so many a second'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l noise-reduction -d 'Lower steady noise before words are looked for'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l auto-gain -d 'Bring voices to a usual level before words are looked for'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l jobs -x -d 'Recordings to work on at a time, 1 to 64 (default 1), which share the threads: more are faster, and take more memory'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l together -x -d 'Recordings that each job decodes together, 1 to 16 (default 1): for models too large for --jobs'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -s o -l output -r -F -d 'File to write, or a folder (default: standard output)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -s f -l format -x -a 'txt md odt srt vtt lrc json tsv csv all' -d 'txt, md, odt, srt, vtt, lrc, json, tsv or csv, some with commas between, or all (default: by the output\'s ending, else txt)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l resume -d 'Pass over recordings whose texts are there already, and not older than they'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l max-line-width -x -d 'Characters in a line of subtitles (default 0: a subtitle is one line)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l max-line-count -x -d 'Lines of --max-line-width in a subtitle, which then goes on over ends of segments (default 0: as many as each segment takes)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l max-words-per-line -x -d 'Words in a subtitle (default 0: those of a segment)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l highlight-words -d 'Underline each word in subtitles while it is said'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l progress -x -a 'auto always never' -d 'Show how far it is: auto, on a terminal only (default), always or never'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -s q -l quiet -d 'The same as --progress=never'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l trace -r -F -d 'Write what was done when, for chrome://tracing or ui.perfetto.dev'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -s l -l language -x -d 'Language spoken, such as “de” or “german” (default: auto)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l languages -x -d 'Languages that may be spoken, such as “en,de”: one of them is detected (default: any)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l task -x -a 'transcribe translate' -d 'transcribe, or translate: to English (default: transcribe)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l translate -d 'The same as --task=translate'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l greedy -d 'Take the likeliest words at once, without a second try where they look wrong'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l beam-size -x -d 'Hypotheses of beam search, 1 to 16 (default 5)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l best-of -x -d 'Samples to choose from above temperature 0, 1 to 16 (default 5)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l patience -x -d 'Beam search ends when this times its size of hypotheses have ended (default 1)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l length-penalty -x -d 'How much longer hypotheses are favoured, 0 to 1 (default: by their average)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l temperature -x -d 'Temperature of the first try (default 0: no chance in it)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l temperature-increment -x -d 'Added after a failed try, up to 1 (default 0.2; 0: there is no other try)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l temperature-increment-on-fallback -x -d 'The same, as openai/whisper calls it'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l compression-ratio-threshold -x -d 'A try fails when its text repeats itself more than this (default 2.4; 0: never)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l logprob-threshold -x -d 'A try fails when its average log-probability is below this (default -1; -inf: never)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l no-speech-threshold -x -d 'A window is silent above this probability, if its text is unlikely (default 0.6)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l repetition-penalty -x -d 'Above 1, words that a window has already are less likely (default 1)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l no-repeat-ngram-size -x -d 'So many tokens in a row never come twice in a window (default 0: any may)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l max-new-tokens -x -d 'Tokens that a window has at most (default 0: half of what the model can keep, 224)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l audio-ctx -x -d 'Windows are so many frames of 20 ms, which is faster (default 0: all that the model knows)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l initial-prompt -x -d 'What was said before: names and terms in it are written the same way'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l carry-initial-prompt -d 'Tell each window --initial-prompt, not only the first'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l prefix -x -d 'Text that the first window begins with, and goes on from'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l condition-on-previous-text -x -a 'yes no' -d '“no”: each window is looked at by itself (default: yes with --no-vad, else no)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l prompt-reset-on-temperature -x -d 'Text found above this temperature is not told to the next window (default 0.5)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l max-context -x -d 'Tokens of text before it that a window is told at most (default -1: as many as fit)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l suppress-blank -x -a 'yes no' -d '“no”: a window\'s text may begin with a mere space, or be none (default yes)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l suppress-tokens -x -d 'Numbers of tokens that are never written, with commas between (default -1: symbols that are not spoken)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l suppress-nst -d 'The same as -1 in --suppress-tokens'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l suppress-regex -x -d 'Tokens that this extended regular expression matches from end to end are never written'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l offset -x -d 'Begin so far into the recording (default 0)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l duration -x -d 'Recognise so much of the recording (default 0: all of it)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l clip-timestamps -x -d 'Recognise these pieces of the recording, START,END,START,END… in seconds; the last end may be left out'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l without-timestamps -d 'Do not let the model tell times: what a window says is one segment'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l max-initial-timestamp -x -d 'The first segment of a window begins no later than this in it (default 1)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l word-timestamps -d 'Find out when each word is said; json has it, with its probability'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l alternatives -x -d 'Tell up to so many other words that each word may have been, in json (default 0; at most 4)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l max-len -x -d 'Cut segments between words to so many characters, by --word-timestamps (default 0: as they are)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l hallucination-silence-threshold -x -d 'Pass over longer silences around words that may be made up, by --word-timestamps (default 0: off)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l no-vad -d 'Do not cut at pauses: windows of 30 seconds follow each other, as openai/whisper\'s'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l vad-threshold -x -d 'How likely it must be somewhere in it that sound is speech, 0 to 1 (default 0.5)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l vad-min-speech-duration-ms -x -d 'Speech that is shorter is left out, 0 to 10000 (default 0)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l vad-min-silence-duration-ms -x -d 'A pause is as long, 100 to 10000 (default 300)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l vad-max-speech-duration-s -x -d 'What is longer without a pause is cut where it is quietest, 1 to 30 (default 28)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l vad-speech-pad-ms -x -d 'Sound kept before and behind speech, 0 to 400 (default 200)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l vad-chunk-length-s -x -d 'Speech between pauses is looked at together up to this length, 0 to 30 (default: what suits the model; 0: each by itself)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l vocabulary -r -F -d 'Names and terms to favour, a line each; lines that begin with “#” are left out'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l hotwords -x -d 'The same, with commas between them'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l vocabulary-strength -x -d 'How much they are favoured, 0 to 5 (default 1)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l replacements -r -F -d 'What is written otherwise: lines “heard => written”'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l grammar -r -F -d 'Write only texts of this grammar (GBNF), one for what is said between two pauses'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l grammar-rule -x -d 'The rule of the grammar to begin with (default root)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -l grammar-penalty -x -d 'How much less likely other texts are, 0 to 1000 (default 100)'
complete -c longhand-cli -n '__fish_seen_subcommand_from transcribe' -F

complete -c longhand-cli -n '__fish_seen_subcommand_from detect-language' -s h -l help -d 'Show these options'
complete -c longhand-cli -n '__fish_seen_subcommand_from detect-language' -l languages -x -d 'Languages that may be spoken, such as “en,de”: one of them is detected (default: any)'
complete -c longhand-cli -n '__fish_seen_subcommand_from detect-language' -l json -d 'Print JSON, with all languages'
complete -c longhand-cli -n '__fish_seen_subcommand_from detect-language' -s m -l model -x -a '(__longhand_cli_models)' -d 'Model: name of an installed one, or a file (default: the best installed one)'
complete -c longhand-cli -n '__fish_seen_subcommand_from detect-language' -s t -l threads -x -d 'Threads, 1 to 256 (default 0: as many as are best)'
complete -c longhand-cli -n '__fish_seen_subcommand_from detect-language' -F

complete -c longhand-cli -n '__fish_seen_subcommand_from listen' -s h -l help -d 'Show these options'
complete -c longhand-cli -n '__fish_seen_subcommand_from listen' -s d -l device -x -d 'Microphone, as “longhand-cli devices” lists them (default: the default one)'
complete -c longhand-cli -n '__fish_seen_subcommand_from listen' -s s -l seconds -x -d 'Stop after this time (default: at Ctrl+C)'
complete -c longhand-cli -n '__fish_seen_subcommand_from listen' -s m -l model -x -a '(__longhand_cli_models)' -d 'Model: name of an installed one, or a file (default: the best installed one)'
complete -c longhand-cli -n '__fish_seen_subcommand_from listen' -s t -l threads -x -d 'Threads, 1 to 256 (default 0: as many as are best)'
complete -c longhand-cli -n '__fish_seen_subcommand_from listen' -s l -l language -x -d 'Language spoken, such as “de” (default: auto)'
complete -c longhand-cli -n '__fish_seen_subcommand_from listen' -l languages -x -d 'Languages that may be spoken, such as “en,de”: one of them is detected (default: any)'
complete -c longhand-cli -n '__fish_seen_subcommand_from listen' -s p -l pause -x -d 'Silence that ends an utterance, 0.3 to 2 (default: as in the settings)'
complete -c longhand-cli -n '__fish_seen_subcommand_from listen' -l noise-reduction -d 'Lower steady noise before words are looked for'
complete -c longhand-cli -n '__fish_seen_subcommand_from listen' -l auto-gain -d 'Bring voices to a usual level before words are looked for'
complete -c longhand-cli -n '__fish_seen_subcommand_from listen' -l commands -d 'Take “new line”, “comma”, “stop listening” and the like for commands'
complete -c longhand-cli -n '__fish_seen_subcommand_from listen' -l no-commands -d 'Write them out (default)'
complete -c longhand-cli -n '__fish_seen_subcommand_from listen' -l vocabulary -r -F -d 'Names and terms to favour, a line each; lines that begin with “#” are left out'
complete -c longhand-cli -n '__fish_seen_subcommand_from listen' -l hotwords -x -d 'The same, with commas between them'
complete -c longhand-cli -n '__fish_seen_subcommand_from listen' -l vocabulary-strength -x -d 'How much they are favoured, 0 to 5 (default 1)'
complete -c longhand-cli -n '__fish_seen_subcommand_from listen' -l replacements -r -F -d 'What is written otherwise: lines “heard => written”'

complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -s h -l help -d 'Show these options'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -l last -d 'Recover the last unfinished session'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -l all -d 'Recover all unfinished sessions, in the order of time'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -s o -l output -r -F -d 'File to write the text to, in the format of its ending (default: standard output)'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -l sound -r -F -d 'Write all of the session\'s sound, too (wav)'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -l delete -d 'Remove sessions whose text has been written, so that they are not offered again'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -s m -l model -x -a '(__longhand_cli_models)' -d 'Model: name of an installed one, or a file (default: the best installed one)'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -s t -l threads -x -d 'Threads, 1 to 256 (default 0: as many as are best)'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -s l -l language -x -d 'Language spoken, such as “de” (default: auto)'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -l languages -x -d 'Languages that may be spoken, such as “en,de”: one of them is detected (default: any)'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -s p -l pause -x -d 'Silence that ends an utterance, 0.3 to 2 (default: as in the settings)'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -l commands -d 'Take “new line”, “comma”, “scratch that” and the like for commands (default: as in the settings)'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -l no-commands -d 'Write them out'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -l noise-reduction -d 'Lower steady noise before words are looked for'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -l auto-gain -d 'Bring voices to a usual level before words are looked for'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -l vocabulary -r -F -d 'Names and terms to favour, a line each; lines that begin with “#” are left out'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -l hotwords -x -d 'The same, with commas between them'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -l vocabulary-strength -x -d 'How much they are favoured, 0 to 5 (default 1)'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -l replacements -r -F -d 'What is written otherwise: lines “heard => written”'
complete -c longhand-cli -n '__fish_seen_subcommand_from recover' -a '(__longhand_cli_sessions)'

complete -c longhand-cli -n '__fish_seen_subcommand_from devices' -s h -l help -d 'Show these options'

complete -c longhand-cli -n '__fish_seen_subcommand_from models' -s h -l help -d 'Show these options'
complete -c longhand-cli -n '__fish_seen_subcommand_from models' -l mirror -x -d 'Download from this folder (default: as in the settings)'
complete -c longhand-cli -n '__fish_seen_subcommand_from models' -a '(__longhand_cli_models_verb)'

complete -c longhand-cli -n '__fish_seen_subcommand_from bench' -s h -l help -d 'Show these options'
complete -c longhand-cli -n '__fish_seen_subcommand_from bench' -s m -l model -x -a '(__longhand_cli_models)' -d 'Model: name of an installed one, or a file (default: the best installed one)'
complete -c longhand-cli -n '__fish_seen_subcommand_from bench' -s t -l threads -x -d 'Threads, 1 to 256 (default 0: as many as are best); or several, as in 1,2,4'
complete -c longhand-cli -n '__fish_seen_subcommand_from bench' -l cpu -x -a 'all c avx2 avxvnni avx512 avx512vnni amx neon dotprod' -d 'Kernels to compare, as in c,avx2, or all (default: the machine’s best)'
complete -c longhand-cli -n '__fish_seen_subcommand_from bench' -s n -l runs -x -d 'Runs that count, or the least and the most (default 10-100)'
complete -c longhand-cli -n '__fish_seen_subcommand_from bench' -l variation -x -d 'Stop between them when times vary by less (default 10)'
complete -c longhand-cli -n '__fish_seen_subcommand_from bench' -l warm-up -x -d 'Runs before those that count (default 1)'
complete -c longhand-cli -n '__fish_seen_subcommand_from bench' -l json -d 'Print JSON'
complete -c longhand-cli -n '__fish_seen_subcommand_from bench' -l csv -d 'Print the same numbers as comma-separated values'
complete -c longhand-cli -n '__fish_seen_subcommand_from bench' -l trace -r -F -d 'Write what was done when, for chrome://tracing or ui.perfetto.dev'
complete -c longhand-cli -n '__fish_seen_subcommand_from bench' -F

complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -s h -l help -d 'Show these options'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -s r -l reference -r -F -d 'Text file with what is spoken, for counting wrong words'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -s s -l speed -x -a '1 2 4 max' -d '1 as it was spoken (the default), N times as fast, or max'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -s n -l repeat -x -d 'Replay it so often in a row (default 1)'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -s p -l pause -x -d 'Silence that ends an utterance, 0.3 to 2 (default 0.6)'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -l keep-all -d 'Write out also what nobody seems to have said'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -l commands -d 'Take “new line”, “comma”, “stop listening” and the like for commands'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -l no-commands -d 'Write them out (default)'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -l json -d 'Print JSON in place of text and table'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -s m -l model -x -a '(__longhand_cli_models)' -d 'Model: name of an installed one, or a file (default: the best installed one)'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -s t -l threads -x -d 'Threads, 1 to 256 (default 0: as many as are best)'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -s l -l language -x -d 'Language spoken, such as “de” (default: auto)'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -l languages -x -d 'Languages that may be spoken, such as “en,de”: one of them is detected (default: any)'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -l noise-reduction -d 'Lower steady noise before words are looked for'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -l auto-gain -d 'Bring voices to a usual level before words are looked for'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -l vocabulary -r -F -d 'Names and terms to favour, a line each; lines that begin with “#” are left out'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -l hotwords -x -d 'The same, with commas between them'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -l vocabulary-strength -x -d 'How much they are favoured, 0 to 5 (default 1)'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -l replacements -r -F -d 'What is written otherwise: lines “heard => written”'
complete -c longhand-cli -n '__fish_seen_subcommand_from replay' -F

complete -c longhand-cli -n '__fish_seen_subcommand_from selftest' -s h -l help -d 'Show these options'
complete -c longhand-cli -n '__fish_seen_subcommand_from selftest' -s m -l model -x -a '(__longhand_cli_models)' -d 'Model: name of an installed one, or a file (default: the best installed one)'
complete -c longhand-cli -n '__fish_seen_subcommand_from selftest' -s t -l threads -x -d 'Threads, 1 to 256 (default 0: as many as are best)'
complete -c longhand-cli -n '__fish_seen_subcommand_from selftest' -l json -d 'Print JSON'

complete -c longhand-cli -n '__fish_seen_subcommand_from quantize' -s h -l help -d 'Show these options'
complete -c longhand-cli -n '__fish_seen_subcommand_from quantize' -s t -l threads -x -d 'Threads, 1 to 256 (default 0: as many as are best)'
complete -c longhand-cli -n '__fish_seen_subcommand_from quantize' -a '(__longhand_cli_quantize)'
