#include "longhand-engine-scores.h"

LonghandScores
longhand_engine_scores (const struct quill_segment *segment) {
  return (LonghandScores){ .avg_logprob = (double)segment->avg_logprob,
                           .no_speech_prob = (double)segment->no_speech_prob,
                           .compression_ratio = (double)segment->compression_ratio,
                           .temperature = (double)segment->temperature };
}
