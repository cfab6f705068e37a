/* quill_attend against the formula in double precision, at every level. */
#include <math.h>
#include <string.h>

#include "rig.h"

#define GAP 12345.0f

struct attend {
  struct check_memory q_memory, k_memory, v_memory, out_memory;
  struct quill_attention a;
};

static size_t
extent (size_t n, size_t ld, size_t width) {
  return n ? (n - 1) * ld + width : 0;
}

static void
attend_new (struct attend *t, size_t n_query, size_t n_key, size_t n_head, size_t head_dim, bool causal) {
  const size_t width = n_head * head_dim;
  struct quill_attention a = { .ldq = width + 1,
                               .ldk = width + 2,
                               .ldv = width + 3,
                               .ldo = width + 4,
                               .n_query = n_query,
                               .n_key = n_key,
                               .n_head = n_head,
                               .head_dim = head_dim,
                               .causal = causal };
  float *q = check_floats (&t->q_memory, extent (n_query, a.ldq, width));
  float *k = check_floats (&t->k_memory, extent (n_key, a.ldk, width));
  float *v = check_floats (&t->v_memory, extent (n_key, a.ldv, width));

  a.out = check_floats (&t->out_memory, extent (n_query, a.ldo, width));
  check_fill (q, t->q_memory.bytes / sizeof *q);
  check_fill (k, t->k_memory.bytes / sizeof *k);
  check_fill (v, t->v_memory.bytes / sizeof *v);
  for (size_t i = 0; i < t->q_memory.bytes / sizeof *q; i++)
    q[i] *= 4.0f; /* scores that differ enough to matter */
  for (size_t i = 0; i < t->out_memory.bytes / sizeof (float); i++)
    a.out[i] = GAP;
  a.q = q;
  a.k = k;
  a.v = v;
  t->a = a;
}

static void
attend_free (struct attend *t) {
  check_memory_intact (&t->out_memory);
  check_memory_free (&t->q_memory);
  check_memory_free (&t->k_memory);
  check_memory_free (&t->v_memory);
  check_memory_free (&t->out_memory);
}

static void
check_row (const struct quill_attention *a, size_t i, size_t h) {
  const size_t n = a->causal ? a->n_key - a->n_query + i + 1 : a->n_key, d = a->head_dim;
  const float *q = a->q + i * a->ldq + h * d;
  g_autofree double *p = g_new (double, n);
  double max = -INFINITY, sum = 0.0;

  for (size_t j = 0; j < n; j++) {
    p[j] = 0.0;
    for (size_t l = 0; l < d; l++)
      p[j] += (double)q[l] * (double)a->k[j * a->ldk + h * d + l] / sqrt ((double)d);
    max = fmax (max, p[j]);
  }
  for (size_t j = 0; j < n; j++)
    sum += p[j] = exp (p[j] - max);
  for (size_t l = 0; l < d; l++) {
    double expected = 0.0;

    for (size_t j = 0; j < n; j++)
      expected += p[j] / sum * (double)a->v[j * a->ldv + h * d + l];
    /* The result is a mean of values within 1. A score (4 sqrt(d) at most, a sum of d products) is wrong by
     * d eps 4 / sqrt(d), the weights by as much again relatively, and by 1e-6 of softmax; n additions of
     * numbers whose sum is within 1 add sqrt(n) eps. */
    check_near (a->out[i * a->ldo + h * d + l], expected,
                8.0 * sqrt ((double)d) * 0x1p-23 + 1e-6 + sqrt ((double)n) * 0x1p-23);
  }
}

static void
check_attend (const struct check_level *level, size_t n_query, size_t n_key, size_t n_head, size_t head_dim,
              bool causal) {
  struct rig rig;
  struct attend t;

  attend_new (&t, n_query, n_key, n_head, head_dim, causal);
  rig_open (&rig, level, 2, 1, n_key, head_dim);
  quill_attend (&rig.compute, &t.a);
  for (size_t i = 0; i < n_query; i++) {
    for (size_t h = 0; h < n_head; h++)
      check_row (&t.a, i, h);
    for (size_t j = n_head * head_dim; i + 1 < n_query && j < t.a.ldo; j++)
      g_assert_cmpfloat (t.a.out[i * t.a.ldo + j], ==, GAP);
  }
  rig_close (&rig);
  attend_free (&t);
}

static void
every_shape (const struct check_level *level) {
  const size_t mr = level->kernels.gemm.mr, nr = level->kernels.gemm.nr;
  const size_t queries[] = { 0, 1, 2, 7, 8, 9, 2 * mr - 1, 2 * mr, 2 * mr + 1, 5 * mr + 3 };
  const size_t keys[] = { 1, 2, nr - 1, nr, nr + 1, 3 * nr, 201 };
  const size_t dims[] = { 1, 20, 64, 80 };

  for (size_t q = 0; q < G_N_ELEMENTS (queries); q++)
    for (size_t k = 0; k < G_N_ELEMENTS (keys); k++)
      for (size_t d = 0; d < G_N_ELEMENTS (dims); d++) {
        check_attend (level, queries[q], keys[k], 1 + (q + k) % 3, dims[d], false);
        if (keys[k] >= queries[q])
          check_attend (level, queries[q], keys[k], 1 + (q + k) % 3, dims[d], true);
      }
}

static void
causal_rows_ignore_what_comes_later (const struct check_level *level) {
  const size_t n_queries[] = { 5, 40 }; /* both ways of the code */

  for (size_t c = 0; c < G_N_ELEMENTS (n_queries); c++) {
    const size_t n_query = n_queries[c], n_key = n_query + 30, half = n_query / 2;
    struct rig rig;
    struct attend t;
    g_autofree float *before = NULL;

    attend_new (&t, n_query, n_key, 2, 64, true);
    rig_open (&rig, level, 2, 1, n_key, 64);
    quill_attend (&rig.compute, &t.a);
    before = g_memdup2 (t.a.out, t.out_memory.bytes);
    /* Keys and values that only rows after `half` may see. */
    for (size_t j = (30 + half + 1) * t.a.ldk; j < t.k_memory.bytes / sizeof (float); j++)
      ((float *)t.k_memory.data)[j] = 9.0f;
    for (size_t j = (30 + half + 1) * t.a.ldv; j < t.v_memory.bytes / sizeof (float); j++)
      ((float *)t.v_memory.data)[j] = 9.0f;
    quill_attend (&rig.compute, &t.a);
    g_assert_cmpmem (t.a.out, (half * t.a.ldo + 128) * sizeof (float), before,
                     (half * t.a.ldo + 128) * sizeof (float));
    g_assert_cmpfloat (t.a.out[(half + 1) * t.a.ldo], !=, before[(half + 1) * t.a.ldo]);
    rig_close (&rig);
    attend_free (&t);
  }
}

static void
same_bits_for_every_number_of_threads (const struct check_level *level) {
  static const struct {
    size_t n_query, n_key, n_head;
    bool causal;
  } cases[] = { { 1, 1500, 6, false }, { 4, 900, 5, true }, { 200, 333, 7, false }, { 120, 200, 3, true } };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    struct attend t;
    g_autofree float *first = NULL;

    attend_new (&t, cases[i].n_query, cases[i].n_key, cases[i].n_head, 64, cases[i].causal);
    for (size_t n = 0; n < RIG_N_POOLS; n++) {
      struct rig rig;

      rig_open (&rig, level, rig_n_threads[n], 1, cases[i].n_key, 64);
      quill_attend (&rig.compute, &t.a);
      rig_close (&rig);
      if (!first)
        first = g_memdup2 (t.a.out, t.out_memory.bytes);
      g_assert_cmpmem (t.a.out, t.out_memory.bytes, first, t.out_memory.bytes);
      for (size_t j = 0; j < t.out_memory.bytes / sizeof (float); j++)
        t.a.out[j] = GAP;
    }
    attend_free (&t);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  check_add ("attend", "every-shape-is-the-formula", every_shape);
  check_add ("attend", "causal-rows-ignore-what-comes-later", causal_rows_ignore_what_comes_later);
  check_add ("attend", "same-bits-for-every-number-of-threads", same_bits_for_every_number_of_threads);
  return g_test_run ();
}
