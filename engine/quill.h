/* quill: speech to text with Whisper models on the CPU.  SPDX-License-Identifier: GPL-3.0-or-later
 *
 * This header is the manual.
 *
 * Life of things
 *   A model is opened once from a "ggml" file, is immutable, and may be shared by any number of
 *   transcribers; it must outlive them. A transcriber owns every buffer that recognition needs (all are
 *   allocated when it is opened; recognition itself allocates only the result, and what the C library takes
 * for a pattern) and a pool of threads. A stream turns a growing recording into tentative and final text with
 * a transcriber it borrows. Everything is made by an out-pointer and destroyed through a pointer to the
 * pointer, which becomes NULL; destroying NULL is allowed.
 *
 * Threads
 *   A model may be used from all threads at once. A transcriber, and a stream with its transcriber,
 *   belong to one thread at a time. Callbacks run on the thread that made the call, never on the pool.
 *
 * Errors
 *   Functions that can fail return enum quill_status and describe the failure in one human sentence in
 *   *err (which may be NULL). Output arguments are written on success only. The library never prints and
 *   never exits.
 *
 * Units
 *   Sound is mono float32 at 16000 Hz, nominal range -1..1; times are in milliseconds from the first
 *   sample; text is UTF-8; sizes are bytes.
 *
 * Results are bit-identical for every number of threads.
 */
#ifndef QUILL_H
#define QUILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QUILL_SAMPLE_RATE 16000
#define QUILL_WINDOW_MS 30000 /* the longest piece of sound that is looked at in one go */
#define QUILL_MAX_THREADS 256

/* ---- errors ---------------------------------------------------------------------------------------- */

enum quill_status {
    QUILL_OK = 0,
    QUILL_ERR_INVALID,     /* an argument or setting is out of range */
    QUILL_ERR_NOMEM,       /* memory could not be had */
    QUILL_ERR_IO,          /* a file could not be opened, read or written */
    QUILL_ERR_FORMAT,      /* a file is not a model, or a broken one */
    QUILL_ERR_UNSUPPORTED, /* a well-formed request that this model or build cannot do */
    QUILL_ERR_CANCELLED,   /* the cancel callback said so */
};

struct quill_error {
    enum quill_status code;
    char message[512]; /* one sentence, UTF-8, no newline */
    int os_error;      /* errno behind code IO; 0 where no system call failed */
};

/* ---- machine --------------------------------------------------------------------------------------- */

enum quill_cpu_flag {
    QUILL_CPU_AVX2 = 1u << 0,       /* AVX2, FMA, F16C and the operating system saves the registers */
    QUILL_CPU_AVX512 = 1u << 1,     /* AVX-512 F, BW, DQ, VL, likewise */
    QUILL_CPU_AVXVNNI = 1u << 2,    /* AVX-VNNI, with QUILL_CPU_AVX2 */
    QUILL_CPU_AVX512VNNI = 1u << 3, /* AVX-512 VNNI, with QUILL_CPU_AVX512 */
    QUILL_CPU_NEON = 1u << 4,       /* Advanced SIMD of aarch64 */
    QUILL_CPU_DOTPROD = 1u << 5,    /* its integer dot products (FEAT_DotProd), with QUILL_CPU_NEON */
    QUILL_CPU_AMX =
        1u << 6, /* AMX tiles of int8, with QUILL_CPU_AVX512, and the system lets this process use them */
};

/* Instruction sets of this machine that the library has kernels for (enum quill_cpu_flag). */
uint32_t quill_cpu_flags(void);

/* A set of kernels: how far the library goes in using instruction sets. */
struct quill_kernel_level {
    const char *name; /* as quill_transcriber_kernel_level says it; static */
    uint32_t mask;    /* quill_settings.cpu_mask that gives this level and none above it */
};
/* Levels that this machine has, the portable one, "c", first and what it would use last. Writes at most max
 * of them to out and returns how many there are. */
unsigned quill_kernel_levels(struct quill_kernel_level *out, unsigned max);

/* An instruction, or a pair of them, that matrix products are made of. */
struct quill_instruction_peak {
    const char *name; /* "vpdpwssd", "vpmaddwd, vpaddd"; static */
    double gops;      /* 10^9 additions and multiplications a second on registers alone */
};
#define QUILL_MAX_INSTRUCTION_PEAKS 3

/* What this machine reaches at most, measured: no step of a model is faster, unless its data lie in a cache.
 */
struct quill_peaks {
    unsigned n_threads;
    double float_gops, integer_gops; /* 10^9 additions and multiplications a second of the best matrix tile in
                                      * the first-level cache, in floats and in integers */
    double read_gbs;                 /* 10^9 bytes a second out of memory */
    unsigned n_instructions;
    struct quill_instruction_peak instructions[QUILL_MAX_INSTRUCTION_PEAKS]; /* that the level has */
};
/* Measures for about a fifth of a second, with memory of several times the last-level cache. n_threads: 0:
 * quill_usable_cpus(). cpu_mask: as quill_settings. Errors: INVALID (threads), NOMEM. */
enum quill_status quill_measure_peaks(struct quill_peaks *out, unsigned n_threads, uint32_t cpu_mask,
                                      struct quill_error *err);

/* CPUs this process may use: affinity mask, lowered by the cgroup's quota; at least 1. */
unsigned quill_usable_cpus(void);

enum quill_cpu_limit {
    QUILL_CPU_LIMIT_NONE,
    QUILL_CPU_LIMIT_AFFINITY, /* the affinity mask: taskset, a cpuset */
    QUILL_CPU_LIMIT_CGROUP,   /* the cgroup's quota, as containers have one */
};

/* CPUs are what Linux counts as such: hardware threads, of which a core may have several. */
struct quill_cpus {
    unsigned n_online;          /* of the machine */
    unsigned n_allowed;         /* those that the affinity mask leaves to this process */
    unsigned n_usable;          /* quill_usable_cpus() */
    enum quill_cpu_limit limit; /* what makes n_usable less than n_online */
    unsigned n_cores;           /* that the allowed CPUs belong to */
    unsigned n_fast_cores;      /* of them; n_cores where all are of one kind, or nobody says of which */
};
void quill_get_cpus(struct quill_cpus *out);

/* A number of threads, and how long it took for steps of a model; 0 ms: not measured. */
struct quill_thread_candidate {
    unsigned n_threads;
    double product_ms; /* a product of many rows, as the encoder's */
    double token_ms;   /* products with one row, as the decoder's for a token */
};
#define QUILL_MAX_THREAD_CANDIDATES 3

enum quill_thread_reason {
    QUILL_THREADS_ASKED,      /* by the settings; cpus and candidates are 0 */
    QUILL_THREADS_NO_CHOICE,  /* one for each usable CPU: all are cores of one kind, or too few to choose from
                               */
    QUILL_THREADS_MEASURED,   /* the smallest candidate that is about as fast as the fastest */
    QUILL_THREADS_UNMEASURED, /* one for each usable core: there was no memory for measuring */
};

/* How many threads, and why. */
struct quill_thread_choice {
    unsigned n_threads;
    enum quill_thread_reason reason;
    struct quill_cpus cpus;
    unsigned n_candidates;
    struct quill_thread_candidate candidates[QUILL_MAX_THREAD_CANDIDATES]; /* from few to many threads */
};

/* ---- model ----------------------------------------------------------------------------------------- */

struct quill_model;

struct quill_model_info {
    unsigned n_vocab, n_audio_ctx, n_audio_state, n_audio_head, n_audio_layer;
    unsigned n_text_ctx, n_text_state, n_text_head, n_text_layer, n_mels;
    bool multilingual;
    const char *size;        /* "tiny", "base", "small", "medium", "large", or "custom"; static */
    const char *weight_type; /* type of most weights, "q5_1" say; static */
    size_t file_bytes;
};

/* Opens a whisper.cpp "ggml" model file. Maps the file: it must not be changed while the model is open.
 * Errors: IO, FORMAT, UNSUPPORTED, NOMEM. */
enum quill_status quill_model_open(struct quill_model **out, const char *path, struct quill_error *err);
void quill_model_close(struct quill_model **model);

void quill_model_get_info(const struct quill_model *model, struct quill_model_info *info);

#define QUILL_MAX_LANGUAGES 100

/* Number of languages of the model (0: English only), and code ("en") and English name ("english") of
 * language i, both static; NULL past the end. */
unsigned quill_model_n_languages(const struct quill_model *model);
const char *quill_language_code(unsigned i);
const char *quill_language_name(unsigned i);
/* Index of the language with this code, English name or alias (case-insensitive); -1 when there is none. */
int quill_language_find(const char *name);

/* ---- vocabulary ------------------------------------------------------------------------------------ */

/* Names and terms that recognition shall favour, written as in text. Immutable; any number of transcribers
 * of the model may use it. */
struct quill_vocabulary;

#define QUILL_MAX_TERMS 1000
#define QUILL_MAX_TERM_BYTES 100
#define QUILL_MAX_VOCABULARY_STRENGTH 5.0f

/* Terms are copied, with one space for white space within them and none around them; the same one twice
 * counts once, and n may be 0. They are case-sensitive. The model must outlive the vocabulary. Errors:
 * INVALID (too many terms, too long a term, an empty one, one that is not UTF-8), NOMEM. */
enum quill_status quill_vocabulary_open(struct quill_vocabulary **out, const struct quill_model *model,
                                        const char *const *terms, size_t n, struct quill_error *err);
void quill_vocabulary_close(struct quill_vocabulary **vocabulary);

/* ---- grammar --------------------------------------------------------------------------------------- */

/* Which texts recognition may write: commands, dates, moves of a game. Immutable; any number of transcribers
 * of the model may use it. */
struct quill_grammar;

#define QUILL_MAX_GRAMMAR_BYTES 65536

/* text is a grammar in GBNF, as llama.cpp and whisper.cpp have it: rules `name ::= "text" other | [a-z]*`,
 * with groups ( ), repetitions * + ? {2} {2,} {2,5} {,5}, classes [a-z] and [^a-z], `.` for any character,
 * escapes \n \r \t \xHH \uHHHH \UHHHHHHHH \" and comments behind #. A rule may use itself at its very end
 * only. root: the rule to begin with; NULL: "root".
 *
 * Texts are those of the root, and are written as models write: letters of "literals" in upper or lower case,
 * perhaps with a space and "¿" before them, and with a mark such as "." or " ?" behind them. Characters in
 * classes are what they are. The model must outlive the grammar. Errors: INVALID, with line and column where
 * the grammar has a mistake, or is too large; NOMEM. */
enum quill_status quill_grammar_open(struct quill_grammar **out, const struct quill_model *model,
                                     const char *text, const char *root, struct quill_error *err);
void quill_grammar_close(struct quill_grammar **grammar);

/* Whether this is the whole of a text of the grammar. */
bool quill_grammar_matches(const struct quill_grammar *grammar, const char *text);

/* ---- conversion ------------------------------------------------------------------------------------ */

/* Name of type i that weights may have: "f32", "f16", "q4_0", ..., "q6_K"; static; NULL past the end. */
const char *quill_weight_type_name(unsigned i);

/* What became of one tensor. Names of types are static, the rest is borrowed during the callback. */
struct quill_converted_tensor {
    const char *name;
    const size_t *dims; /* [n_dims], the contiguous one first */
    unsigned n_dims;
    const char *type_before, *type_after;
    size_t bytes_before, bytes_after;
    double relative_error; /* root mean square of the errors by that of the values before; 0 when all are 0 */
    double largest_error;  /* the largest |after - before| */
};

/* How a conversion is done, and callbacks, each of which may be NULL; `user` is handed to both. The file is
 * the same for every number of threads. */
struct quill_conversion {
    unsigned n_threads; /* 0: quill_usable_cpus(); otherwise 1..QUILL_MAX_THREADS */
    void (*tensor)(void *user, const struct quill_converted_tensor *tensor); /* in the file's order */
    bool (*cancelled)(void *user); /* polled many times a tensor; true ends the conversion */
    void *user;
};

/* Writes the model file `in` anew as `out`, with its weights as type (one of quill_weight_type_name, in upper
 * or lower case). These are the matrices; what whisper.cpp, which reads the outcome, wants otherwise stays or
 * becomes that: convolutions f16 (f32 in an f32 model), vectors and positions f32. Tensors that keep their
 * type are copied bit by bit. Only the tensors' format is looked at: whether they make up a model is for
 * quill_model_open to say.
 *
 * `out` appears, or is replaced, only when it is complete; until then the file has a name that begins with
 * that of `out`, and on failure nothing of it is left. `in` must not change meanwhile. conversion may be
 * NULL. Errors: INVALID (type, threads, `out` is `in`, a folder or a device), UNSUPPORTED (rows that the type
 * cannot hold: the sentence names one that can; numbers beyond the type's range), FORMAT (`in`; also numbers
 * in it that are infinite or none), IO (either file), NOMEM, CANCELLED. */
enum quill_status quill_model_quantize(const char *in, const char *out, const char *type,
                                       const struct quill_conversion *conversion, struct quill_error *err);

/* ---- transcriber ----------------------------------------------------------------------------------- */

struct quill_transcriber;
struct quill_segment;

#define QUILL_MAX_TOGETHER 16
#define QUILL_MAX_HYPOTHESES 16
#define QUILL_MAX_ALTERNATIVES 4
#define QUILL_USUAL_HYPOTHESES 5 /* beam_size and best_of of openai/whisper's command line */

/* How the machine is used. quill_settings_init gives the defaults; change what you need. */
struct quill_settings {
    unsigned n_threads;    /* 0: automatic, see quill_transcriber_get_thread_choice; otherwise
                            * 1..QUILL_MAX_THREADS */
    uint32_t cpu_mask;     /* instruction sets that may be used; ~0u: all the machine has */
    unsigned n_together;   /* recordings that quill_transcribe_together decodes at a time, each of which takes
                            * memory of its own: 1..QUILL_MAX_TOGETHER; 0: 1, the default */
    unsigned n_hypotheses; /* that quill_params.beam_size and best_of may ask for, each of which takes memory
                            * of its own: 1..QUILL_MAX_HYPOTHESES; 0: 1, the default */
    /* There is memory, some megabytes for each of n_together, for quill_params.word_timestamps, and for
     * verifying drafts quickly, as streams do. */
    bool word_timestamps;
};
void quill_settings_init(struct quill_settings *settings);

/* Errors: INVALID (threads), NOMEM. settings may be NULL (defaults). */
enum quill_status quill_transcriber_open(struct quill_transcriber **out, const struct quill_model *model,
                                         const struct quill_settings *settings, struct quill_error *err);
void quill_transcriber_close(struct quill_transcriber **transcriber);

/* Replaces the pool between two runs; the old one stays when this fails. */
enum quill_status quill_transcriber_set_threads(struct quill_transcriber *transcriber, unsigned n_threads,
                                                struct quill_error *err);
unsigned quill_transcriber_n_threads(const struct quill_transcriber *transcriber);
/* Why there are as many. Automatic: as many as the CPUs that the process may use; where these are hardware
 * threads that share cores, or cores of several kinds, what is best is measured with the model's own weights,
 * which takes some 40 ms, once in a transcriber's life, and packs the decoder's weights if nobody has yet. */
void quill_transcriber_get_thread_choice(const struct quill_transcriber *transcriber,
                                         struct quill_thread_choice *choice);
const char *quill_transcriber_kernel_level(const struct quill_transcriber *transcriber); /* "avx2"; static */
/* What the encoder's matrix products are made of at that level: a name as in struct quill_instruction_peak;
 * static. */
const char *quill_transcriber_product_instruction(const struct quill_transcriber *transcriber);
const struct quill_model *quill_transcriber_model(const struct quill_transcriber *transcriber);

/* What a transcriber and its model occupy; sums of planned sizes, not measurements. */
struct quill_memory {
    size_t weights;        /* of the layers: mapped or copied */
    size_t embeddings;     /* token and position tables */
    size_t kv_cache;       /* self-attention keys/values and cross-attention keys/values */
    size_t encoder_output; /* [n_audio_ctx, n_audio_state] */
    size_t working;        /* everything else: log-mel, activations, per-thread scratch */
};
void quill_transcriber_get_memory(const struct quill_transcriber *transcriber, struct quill_memory *memory);

/* ---- where time goes ---- */

/* How a run is recorded. */
struct quill_trace_settings {
    size_t max_events;   /* that are kept of a run; 0: only the sums of quill_transcriber_get_steps */
    double min_event_ms; /* shorter ones are not kept */
};
/* Records steps from the next run on; NULL: no longer, which is how a transcriber begins. Not during a run.
 * It costs well below a thousandth of the time and changes no result. Errors: NOMEM (it goes on as before).
 */
enum quill_status quill_transcriber_set_trace(struct quill_transcriber *transcriber,
                                              const struct quill_trace_settings *settings,
                                              struct quill_error *err);

/* A step of the last run, also of one that failed. Names are static and stable.
 *   audio:   mel
 *   encoder: convolutions, projections (products around self-attention), attention, feed_forward, layer_norm,
 *            cross_keys_values (what the decoder's cross-attention looks into)
 *   decoder: token_embedding, positions, self_attention, cross_attention, feed_forward, layer_norm,
 * vocabulary, search (rules, and the choice of a token); of prompts and tokens run:     encode, prompt,
 * decode, token: what the steps above are parts of */
struct quill_step {
    const char *group, *name;
    uint64_t count;    /* how often */
    double total_ms;   /* wall clock */
    double operations; /* additions and multiplications of its products; 0: not counted */
    double bytes;      /* weights and caches that it read from memory, each once a time; 0: not counted */
};
/* Writes at most max to out and returns how many there are; 0 when nothing is recorded. */
unsigned quill_transcriber_get_steps(const struct quill_transcriber *transcriber, struct quill_step *out,
                                     unsigned max);

struct quill_trace_event {
    const char *group, *name; /* as in struct quill_step */
    double start_ms;          /* of the system's monotonic clock */
    double duration_ms;
    /* Events of one track lie within each other or apart: 0 what is done, 1 and on the decoding of each of the
     * recordings that are recognised together. */
    unsigned track;
};
/* Events of the last run, by their ends, borrowed until the next run or call of quill_transcriber_set_trace;
 * *n_lost (may be NULL): how many found no place. Returns their number. */
size_t quill_transcriber_get_events(const struct quill_transcriber *transcriber,
                                    const struct quill_trace_event **out, size_t *n_lost);

/* ---- recognition ---- */

/* How a recording is cut at its pauses, with the names that whisper.cpp and faster-whisper give these. */
struct quill_vad_params {
    /* A stretch counts as speech when the network finds speech at least this likely somewhere in it (0.5),
     * 0..1. */
    float threshold;
    unsigned min_speech_duration_ms;  /* what is shorter is left out (0: nothing); 0..10000 */
    unsigned min_silence_duration_ms; /* a pause where the recording is cut (300); 100..10000 */
    /* A stretch with its pads is no longer than this; who goes on without a pause is cut at the quietest
     * point of its second half (28); 1..30. */
    float max_speech_duration_s;
    unsigned speech_pad_ms; /* sound kept before and behind speech (200), and no more than a quarter of
                             * max_speech_duration_s; 0..400 */
    /* Neighbouring stretches are looked at together, with the pauses between them, where they are no longer
     * than this; 0..30, 0: each by itself. Below 0, the default: what suits the model, which is 0 for
     * Longhand's own and max_speech_duration_s for OpenAI's. */
    float chunk_length_s;
};
void quill_vad_params_init(struct quill_vad_params *params);

/* A piece of a recording: from begin_ms to before end_ms, or the recording's end. */
struct quill_clip {
    int64_t begin_ms, end_ms;
};

/* What is asked of one recording. quill_params_init gives OpenAI's defaults, which are greedy.
 * Strings are borrowed during the call. */
struct quill_params {
    const char *language; /* code or English name; NULL or "auto": detect (English-only models: English) */
    /* Codes or English names of the languages that detection chooses from, as far as the model knows them:
     * those that a person speaks, say. Ends with NULL; NULL or none: all that the model knows. */
    const char *const *languages;
    bool translate;  /* to English; multilingual models only */
    bool timestamps; /* true: segments from timestamp tokens; false: one segment a window */
    /* Segments have words; needs quill_settings.word_timestamps. No more tokens a window than half of the
     * text context. */
    bool word_timestamps;
    unsigned n_alternatives; /* words have so many at most, which the grammar allows, if there is one; needs
                              * word_timestamps and about as much time as finding the text;
                              * 0..QUILL_MAX_ALTERNATIVES */
    bool suppress_blank; /* a window's text neither begins with a mere space nor ends before it has begun */
    bool suppress_non_speech; /* symbols that nobody speaks, such as "[", are never written (OpenAI's -1) */
    const uint32_t *suppress_tokens; /* nor are these; [n_suppress_tokens], NULL: no others */
    size_t n_suppress_tokens;
    /* Nor are tokens whose whole text, often with a space before it, matches this extended regular expression
     * (POSIX, in the program's locale). NULL: none. It is tried with the whole vocabulary at each call. */
    const char *suppress_regex;
    bool condition_on_previous; /* text of the window before is the prompt of the next */
    const char *initial_prompt; /* NULL, or white space: none */
    /* Resets that prompt: text that was found above this temperature (0.5) is not told to the next window. */
    float prompt_reset_temperature;
    bool carry_initial_prompt; /* of each window, before the text of the one before; not of the first only */
    int max_context;           /* tokens that a window is told, of which the last count; below 0: as many as
                                * fit, less than half of the text context */
    /* What the text of the first window begins with; NULL, or white space: nothing. It is part of the result,
     * at probability 1 and without alternatives; averages leave it out, and that window is not silent. No
     * more tokens than nearly a quarter of the text context, or half of max_tokens. */
    const char *prefix;
    /* NULL: none; of the transcriber's model, borrowed during the call. A term that is written whole is as
     * likely as if each of its bytes, the first 24, had vocabulary_strength (1) more of log-probability, 0
     * to QUILL_MAX_VOCABULARY_STRENGTH; once in a window. That is for the choice of words only:
     * log-probabilities in results, and the thresholds below, are the model's own. */
    const struct quill_vocabulary *vocabulary;
    float vocabulary_strength;
    /* NULL: none; of the transcriber's model, borrowed during the call. Each window's text is one of its
     * texts: a token that does not belong is less likely by grammar_penalty (100) in log-probability, 0 to
     * INFINITY, which forbids it. What follows one that was chosen all the same is free. As with a vocabulary
     * that is for the choice of words only. */
    const struct quill_grammar *grammar;
    float grammar_penalty;
    /* Text tokens that a window has already: their scores are divided by this, or multiplied where they are
     * below 0 (CTranslate2's; 1: nothing happens); more than 0, at most 10. And how many of them in a row
     * never come twice in a window; 0: any may. Both count in log-probabilities. */
    float repetition_penalty;
    unsigned no_repeat_ngram_size;
    float temperature;           /* first try; 0: greedy */
    float temperature_increment; /* added after each failed try up to 1.0; 0: no fallback */
    /* Hypotheses of a try, at most quill_settings.n_hypotheses. 0 or 1: one. */
    unsigned beam_size; /* of beam search, at temperature 0 */
    unsigned best_of;   /* of samples, above; the best counts */
    float patience;     /* beam search goes on until patience * beam_size have ended (1); > 0, at most 100 */
    float length_penalty;              /* hypotheses are compared by the sum of their log-probabilities over
                                        * ((5 + length) / 6)^length_penalty, 0..1 (Wu et al. 2016); below 0, the default:
                                        * over their length */
    float compression_ratio_threshold; /* a try fails above this (2.4); 0: not checked */
    float logprob_threshold;   /* a try fails when the average is below this (-1.0); -INFINITY: not checked */
    float no_speech_threshold; /* window is silent when above this and the average not above the other (0.6);
                                * when that is not checked, this alone decides. 1: no window is silent */
    /* Seconds; 0: off. Needs word_timestamps. Where words are dubious, which is improbable or far too short
     * or long, with a longer silence than this around them, the silence is passed over, the words are
     * dropped, and what is there is looked at in a window of its own (openai/whisper transcribe.py).
     * This is for silence within what is looked at: with vad, pauses between stretches are not,
     * and the guards of a stream judge whole utterances, so that it does nothing there. */
    float hallucination_silence_threshold;
    unsigned max_initial_timestamp_ms; /* 1000 */
    unsigned max_tokens;               /* per window; 0: half of the model's text context, as OpenAI's */
    unsigned audio_ctx;                /* encoder frames of 20 ms to look at; 0: all of the model's (1500).
                                        * Fewer make short recordings cheaper; sound beyond them is not seen:
                                        * then windows are that much shorter. */
    uint64_t seed;                     /* of sampling at temperature > 0 */
    /* NULL: all of the recording. Otherwise only these, [n_clips], in order and without overlap, each as if
     * it were a recording, but for prompts, which go from one to the next; what lies behind the end is left
     * out. */
    const struct quill_clip *clips;
    size_t n_clips;
    /* The recording is cut at its pauses, and each stretch of speech is looked at as if it were a recording,
     * but for prompts, which go from one to the next; silence is not looked at. Longhand's own model looks at
     * a stretch in the encoder frames that it takes and a second more, and no more of them. The language is
     * detected in the sound from the first stretch on. false: windows follow each other without a gap, as
     * OpenAI's. Streams cut at pauses by themselves, and take no clips
     * and no prefix. */
    bool vad;
    struct quill_vad_params vad_params;

    /* Callbacks; each may be NULL. `user` is handed to all. */
    bool (*cancelled)(void *user); /* polled per layer and per token; true ends the run */
    void (*progress)(void *user, int64_t done_ms, int64_t total_ms);
    void (*segment)(void *user, const struct quill_segment *segment); /* as each window is done */
    void *user;
};
void quill_params_init(struct quill_params *params);

/* Another word that may have been said in the place of one, with the same words before it. */
struct quill_alternative {
    const char *text;  /* owned by the result; without the space before it and marks behind it */
    float probability; /* as a word's */
};

struct quill_word {
    const char *text; /* owned by the result; with the space before it, if there is one, and marks at it */
    /* By the decoder's attention to the sound (openai/whisper timing.py). Words that are far longer than
     * others, as they are where they have a pause to themselves, are cut; not those of a stream. */
    int64_t start_ms, end_ms;
    float probability;                            /* mean of its tokens' */
    const struct quill_alternative *alternatives; /* owned by the result; [n_alternatives], likeliest first */
    size_t n_alternatives;
};

struct quill_segment {
    int64_t start_ms, end_ms;       /* as its words have them, if these take any time; not of a stream */
    const char *text;               /* owned by the result; starts with the space the model gave it */
    float avg_logprob;              /* of the window's accepted try, per token with the end token */
    float no_speech_prob;           /* of the window */
    float compression_ratio;        /* of the window's text */
    float temperature;              /* of the accepted try */
    const struct quill_word *words; /* owned by the result; NULL without quill_params.word_timestamps */
    size_t n_words;
};

/* Where the time of one run went, in milliseconds of wall clock. */
struct quill_timings {
    double mel_ms, encode_ms, prompt_ms, decode_ms, total_ms;
    unsigned n_windows, n_tokens, n_fallbacks;
};

struct quill_result {
    struct quill_segment *segments; /* owned; [n_segments] */
    size_t n_segments;
    char language[8]; /* code that was used or detected; "" when there was nothing to detect it in */
    float language_probability; /* of the detected one, among those to choose from; 0: none was detected */
    size_t n_prompt_left_out; /* tokens at the beginning of quill_params.initial_prompt that found no room */
    struct quill_timings timings;
};

/* Recognises a whole recording of n samples (any length; NaN and infinities count as silence). On success
 * *out belongs to the caller: quill_result_free. params may be NULL (defaults). Less than 100 ms of sound, or
 * of rest after the last window, holds no word and is not looked at: zero samples give zero segments. Errors:
 * INVALID (among them an unknown language), UNSUPPORTED (a language or translation that this model cannot
 * do, or none to choose from), NOMEM, CANCELLED. */
enum quill_status quill_transcribe(struct quill_transcriber *transcriber, const float *samples, size_t n,
                                   const struct quill_params *params, struct quill_result **out,
                                   struct quill_error *err);
void quill_result_free(struct quill_result **result);

struct quill_language_probability {
    const char *code; /* static */
    float probability;
};
/* Detects the language as quill_transcribe does, in the first window of the sound. Writes those that there
 * are to choose from, likeliest first, to out, [QUILL_MAX_LANGUAGES], and their number, 0 when there is less
 * sound than 100 ms, to *n_out; probabilities sum up to 1. Of params, which may be NULL, `language` does not
 * matter. Errors: as quill_transcribe; UNSUPPORTED also where the model knows English only. */
enum quill_status quill_detect_language(struct quill_transcriber *transcriber, const float *samples, size_t n,
                                        const struct quill_params *params,
                                        struct quill_language_probability *out, unsigned *n_out,
                                        struct quill_error *err);

/* One of several recordings: what is asked, and what became of it. */
struct quill_recording {
    const float *samples; /* borrowed during the call; [n] */
    size_t n;
    const struct quill_params *params; /* borrowed during the call; NULL: defaults */

    struct quill_result *result; /* the caller's; NULL when it failed */
    enum quill_status status;
    struct quill_error error; /* set when it failed */
};

/* Recognises several recordings with the same results, bit by bit, as quill_transcribe one after another, but
 * quill_settings.n_together of them decoded at a time, so that the model's weights are read once for all of
 * these. Callbacks come for whichever recording is at it. A recording that fails or is cancelled leaves the
 * others alone: each has its own status. Timings share out the time of a step among the recordings in it. */
void quill_transcribe_together(struct quill_transcriber *transcriber, struct quill_recording *recordings,
                               size_t n);

/* ---- stream ---------------------------------------------------------------------------------------- */

struct quill_stream;

/* When tentative words become firm: they do not change any more before the final pass. */
enum quill_commit_rule {
    QUILL_COMMIT_AUTO,      /* by attention where the model's alignment heads are known, else by agreement */
    QUILL_COMMIT_ATTENTION, /* the decoder looks at sound before the last half second (AlignAtt) */
    QUILL_COMMIT_AGREEMENT, /* two hypotheses in a row begin with them (LocalAgreement) */
};

struct quill_stream_settings {
    unsigned preroll_ms; /* sound kept from before the first frame that counts as speech (480); 0..5000 */
    unsigned pause_ms;   /* silence that ends an utterance (600); 200..5000 */
    /* An utterance is cut before this, at the quietest point of the last 3 s (28000); 5000..28000, and twice
     * pre-roll and pause. */
    unsigned max_utterance_ms;
    /* New sound before the next tentative hypothesis (600), or more if the machine is slow; 0: finals only.
     */
    unsigned partial_ms;
    /* Tentative passes look at encoder frames of 20 ms for the sound there is and a second more, and at no
     * less than so many (512): models that know whole windows only hear little in short ones. */
    unsigned min_audio_ctx;
    enum quill_commit_rule commit;
    /* NULL: none; of the transcriber's model. Utterances that are one of its texts are commands: see
     * quill_stream_event.command. It must stay valid while the stream lives. */
    const struct quill_grammar *commands;
    /* By how much a command may be less likely than what was heard, in nats (1): what sounds alike. 0: it
     * must be as likely at least. */
    float command_margin;
    bool keep_all; /* also what nobody seems to have said is text: left_out stays NULL */
    /* Of final passes; tentative ones are greedy without fallback. All have
     * word_timestamps and no timestamps. Strings must stay valid while the stream lives; `cancelled` applies
     * to tentative passes only: nothing spoken is lost to a cancel. */
    struct quill_params params;
};
void quill_stream_settings_init(struct quill_stream_settings *settings);

enum quill_stream_event_type {
    QUILL_STREAM_SPEECH_BEGIN, /* an utterance begins; no text */
    /* Text of the utterance so far; replaces the last tentative text. Half-heard words are left out. */
    QUILL_STREAM_TENTATIVE,
    QUILL_STREAM_FINAL, /* text of the whole utterance ("" when it held no words); ends it */
};

struct quill_stream_event {
    enum quill_stream_event_type type;
    int64_t start_ms, end_ms; /* of the utterance in the stream's sound */
    const char *text;         /* borrowed during the callback; no leading or trailing space */
    size_t n_firm;            /* bytes of it, up to the end of a word, that are firm; FINAL: all */
    const struct quill_segment *segments; /* FINAL: with words, times are the stream's; borrowed */
    size_t n_segments;
    /* FINAL: what the model wrote although nobody seems to have said it (text/guards.h): then text is "" and
     * there are no segments. For the caller to keep: guards may err. NULL: nothing. */
    const char *left_out;
    const char *left_out_reason; /* "no speech"; static */
    /* FINAL: the text of quill_stream_settings.commands that this is, as recognition would write it; text is
     * what was heard all the same. Only what stands by itself, with a pause before and behind it, and is
     * short is one; a sentence with these words in it is not. NULL: it is none. */
    const char *command;
    /* FINAL: by how much its likeliest text of the grammar is less likely than what was heard, in nats;
     * INFINITY where that was not looked for, because it is too long say, or is far more than the margin. */
    float command_loss;
    struct quill_timings timings; /* of the pass behind this event */
};
typedef void quill_stream_fn(void *user, const struct quill_stream_event *event);

/* The stream borrows the transcriber, which was opened with word_timestamps, until it is closed. settings may
 * be NULL (defaults). Errors: INVALID, NOMEM. */
enum quill_status quill_stream_open(struct quill_stream **out, struct quill_transcriber *transcriber,
                                    const struct quill_stream_settings *settings, quill_stream_fn *fn,
                                    void *user, struct quill_error *err);
void quill_stream_close(struct quill_stream **stream);

/* Takes samples up to the end of an utterance and returns how many it took; it never decodes, so it is
 * cheap. When fewer than n were taken a final pass is due: call quill_stream_step, then push the rest.
 * The outcome does not depend on how the sound is cut into pushes. It may also be called within a tentative
 * pass, by settings.params.cancelled: when an utterance ends with that, the pass is cancelled for the final
 * one. */
size_t quill_stream_push(struct quill_stream *stream, const float *samples, size_t n);

/* Does the pass that is due, if any (*worked says so; may be NULL): the final pass of an ended utterance
 * first, else a tentative one, and the final one when that was cancelled for it. Events arrive during the
 * call. A failed final pass keeps its sound and stays due, so the caller may try again. Errors: as
 * quill_transcribe. */
enum quill_status quill_stream_step(struct quill_stream *stream, bool *worked, struct quill_error *err);

/* The sound has ended: finishes the utterance in progress, so that the last word survives. The stream can
 * be pushed to again; its time goes on. */
enum quill_status quill_stream_finish(struct quill_stream *stream, struct quill_error *err);

/* How much sound waits to be pushed (0 at first). When final passes would come too late, with more than 2.5 s
 * between speech and text, there are no tentative ones until that is mended: then the stream is behind. */
void quill_stream_note_lag(struct quill_stream *stream, unsigned ms);
bool quill_stream_is_behind(const struct quill_stream *stream);

/* Whether an utterance has begun whose final event has not come yet. */
bool quill_stream_in_speech(const struct quill_stream *stream);

/* The stream's time: all sound that was pushed so far. */
int64_t quill_stream_time_ms(const struct quill_stream *stream);

#ifdef __cplusplus
}
#endif
#endif
