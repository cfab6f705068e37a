/* Attention against the formula in double precision, at every level: of a window among itself, in both forms,
 * and of few queries over a cache. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "packed.h"
#include "rig.h"

/* n rows of `width` numbers of a type, each with a gap behind it but the last, which ends at a forbidden
 * page. */
struct rows {
  struct check_memory memory;
  enum quill_type type;
  size_t stride, n, width;
  float *x; /* owned; [n, width]: what they stand for */
};

static struct rows
rows_new (enum quill_type type, size_t n, size_t width, size_t stride, float size) {
  const size_t bytes = width * quill_type_traits (type)->block_bytes;
  struct rows r = { .memory = check_memory_new (n ? (n - 1) * stride + bytes : 0),
                    .type = type,
                    .stride = stride,
                    .n = n,
                    .width = width,
                    .x = g_new (float, n *width + 1) };

  for (size_t i = 0; i < n; i++) {
    unsigned char *row = (unsigned char *)r.memory.data + i * stride;
    float *x = r.x + i * width;

    check_fill (x, width);
    for (size_t j = 0; j < width; j++)
      x[j] *= size;
    if (type == QUILL_F32)
      memcpy (row, x, bytes);
    else
      quill_quantize_row (QUILL_F16, x, row, width);
    quill_dequantize_row (type, row, x, width);
  }
  return r;
}

static void
rows_free (struct rows *r) {
  check_memory_free (&r->memory);
  g_free (r->x);
}

/* Queries are larger than keys, so that scores differ enough to matter. */
#define QUERY_SIZE 4.0f

/* What any float arithmetic may be off by, with values within 1. A score is within 4 sqrt(d), a sum of d
 * products: wrong by d eps 4 / sqrt(d). The exponential's argument is rounded at that size twice, and a
 * weight is off by that and by exp's 1e-6 relatively. n additions of numbers whose sum is within 1 add
 * sqrt(n) eps. */
static double
float_tolerance (size_t n, size_t d) {
  return 3.0 * (double)QUERY_SIZE * sqrt ((double)d) * FLT_EPSILON + 1e-6 + sqrt ((double)n) * FLT_EPSILON;
}

/* p[0..n) = softmax of the n scores there, times their sum, which is returned; the largest is 1. */
static double
soften_exactly (double *p, size_t n) {
  double max = -INFINITY, sum = 0.0;

  for (size_t j = 0; j < n; j++)
    max = fmax (max, p[j]);
  for (size_t j = 0; j < n; j++)
    sum += p[j] = exp (p[j] - max);
  return sum;
}

/* --- a window among itself --------------------------------------------------------------------------- */

struct window {
  const struct quill_gemm *gemm;
  struct rows q, k, v;
  struct check_memory panels_memory, out_memory;
  struct quill_window_attention a;
};

static struct window
window_new (const struct quill_gemm *gemm, enum quill_type type, size_t n, size_t n_head, size_t head_dim) {
  const size_t width = n_head * head_dim;
  const size_t stride = (width + 2) * quill_type_traits (type)->block_bytes;
  struct window w
      = { .gemm = gemm,
          .q = rows_new (type, n, width, stride, QUERY_SIZE),
          .k = rows_new (type, n, width, stride, 1.0f),
          .v = rows_new (type, n, width, stride, 1.0f),
          .panels_memory = check_memory_new (quill_attend_panels_bytes (gemm, n, n_head, head_dim)),
          .out_memory = check_memory_new (n * quill_gemm_row_bytes (gemm, width)) };

  g_assert_cmpuint (w.panels_memory.bytes % QUILL_ALIGN, ==, 0);
  w.a = (struct quill_window_attention){ .q = w.q.memory.data,
                                         .k = w.k.memory.data,
                                         .v = w.v.memory.data,
                                         .type = type,
                                         .stride = stride,
                                         .n = n,
                                         .n_head = n_head,
                                         .head_dim = head_dim,
                                         .panels = w.panels_memory.data,
                                         .out = w.out_memory.data,
                                         .out_gemm = gemm };
  return w;
}

static void
window_free (struct window *w) {
  check_memory_intact (&w->panels_memory);
  check_memory_intact (&w->out_memory);
  check_memory_free (&w->panels_memory);
  check_memory_free (&w->out_memory);
  rows_free (&w->q);
  rows_free (&w->k);
  rows_free (&w->v);
}

static void
run_window (const struct check_level *level, const struct window *w, unsigned n_threads) {
  struct rig rig;

  rig_open (&rig, level, n_threads, 1, w->a.n, w->a.n_head * w->a.head_dim);
  quill_attend_window (&rig.compute, w->gemm, &w->a);
  rig_close (&rig);
}

/* Head h of the operands as they are packed: q and k [n, d] along the head, v [d, n] along the keys. */
struct head {
  double *q, *k, *v; /* owned */
};

static struct head
head_new (const struct window *w, size_t h) {
  const size_t n = w->a.n, d = w->a.head_dim, at = h * d;
  const float scale = 1.0f / sqrtf ((float)d);
  struct head head = { g_new (double, n *d), g_new (double, n *d), g_new (double, n *d) };
  g_autofree float *row = g_new (float, MAX (n, d));

  for (size_t i = 0; i < n; i++) {
    for (size_t l = 0; l < d; l++)
      row[l] = w->q.x[i * w->q.width + at + l] * scale;
    packed_x (w->gemm, row, d, head.q + i * d);
    packed_w (w->gemm, w->k.x + i * w->k.width + at, d, head.k + i * d);
  }
  for (size_t l = 0; l < d; l++) {
    for (size_t i = 0; i < n; i++)
      row[i] = w->v.x[i * w->v.width + at + l];
    packed_w (w->gemm, row, n, head.v + l * n);
  }
  return head;
}

static void
head_free (struct head *head) {
  g_free (head->q);
  g_free (head->k);
  g_free (head->v);
}

/* out [head_dim]: what row i must be, in double precision. */
static void
check_window_row (const struct window *w, const struct head *head, size_t i, const double *out) {
  const size_t n = w->a.n, d = w->a.head_dim;
  g_autofree double *p = g_new (double, n);
  double sum, tolerance = float_tolerance (n, d);

  for (size_t j = 0; j < n; j++) {
    p[j] = 0.0;
    for (size_t l = 0; l < d; l++)
      p[j] += head->q[i * d + l] * head->k[j * d + l];
  }
  sum = soften_exactly (p, n);
  if (w->gemm->scale_bytes) {
    /* Every weight is off by half a step of the largest in its group; so is their sum. The result, within 1,
     * is packed in steps of its own. */
    double off = 0.0;

    for (size_t first = 0; first < n; first += w->gemm->group) {
      const size_t end = MIN (n, first + w->gemm->group);
      double top = 0.0;

      for (size_t j = first; j < end; j++)
        top = fmax (top, p[j]);
      off += (double)(end - first) * 0.5 * top / packed_x_max (w->gemm);
    }
    tolerance += 2.0 * off / sum + 0.5 / packed_x_max (w->gemm);
  }
  for (size_t l = 0; l < d; l++) {
    double expected = 0.0;

    for (size_t j = 0; j < n; j++)
      expected += p[j] / sum * head->v[l * n + j];
    check_near ((float)out[l], expected, tolerance + FLT_EPSILON);
  }
}

static void
check_window (const struct check_level *level, const struct quill_gemm *gemm, enum quill_type type, size_t n,
              size_t n_head, size_t head_dim) {
  const size_t state = n_head * head_dim;
  struct window w = window_new (gemm, type, n, n_head, head_dim);
  g_autofree double *out = g_new (double, n *state + 1);

  run_window (level, &w, 2);
  for (size_t i = 0; i < n; i++)
    packed_row (gemm, (unsigned char *)w.a.out + i * quill_gemm_row_bytes (gemm, state), state,
                out + i * state);
  for (size_t h = 0; n > 0 && h < n_head; h++) {
    struct head head = head_new (&w, h);

    for (size_t i = 0; i < n; i++)
      check_window_row (&w, &head, i, out + i * state + h * head_dim);
    head_free (&head);
  }
  window_free (&w);
}

static void
window_of_every_shape (const struct check_level *level) {
  static const size_t ns[] = { 0, 1, 5, 23, 24, 25, 63, 64, 65, 129, 201 };
  static const size_t dims[]
      = { 1, 20, 32, 64, 80 }; /* of 32, two heads are a group: three heads, two passes */

  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++)
    for (size_t i = 0; i < G_N_ELEMENTS (ns); i++)
      for (size_t d = 0; d < G_N_ELEMENTS (dims); d++)
        check_window (level, &level->kernels.gemm[form], (i + d) % 2 ? QUILL_F16 : QUILL_F32, ns[i],
                      1 + (i + d) % 4, dims[d]);
}

static void
window_is_the_same_for_every_number_of_threads (const struct check_level *level) {
  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++)
    for (int type = QUILL_F32; type <= QUILL_F16; type++) {
      struct window w = window_new (&level->kernels.gemm[form], (enum quill_type)type, 333, 5, 64);
      g_autofree void *first = NULL;

      for (size_t t = 0; t < RIG_N_POOLS; t++) {
        memset (w.a.out, CHECK_PATTERN, w.out_memory.bytes);
        memset (w.a.panels, (int)t, w.panels_memory.bytes); /* nothing is expected of working memory */
        run_window (level, &w, rig_n_threads[t]);
        if (!first)
          first = g_memdup2 (w.a.out, w.out_memory.bytes);
        g_assert_cmpmem (w.a.out, w.out_memory.bytes, first, w.out_memory.bytes);
      }
      window_free (&w);
    }
}

/* What follows may multiply in another form: then the rows are those of that form, of the same numbers. */
static void
window_packs_for_what_follows (const struct check_level *level) {
  const struct quill_gemm *forms = level->kernels.gemm;
  const size_t n = 70, state = 3 * 64;
  g_autofree float *floats = g_new (float, n *state);

  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++) {
    struct window w = window_new (&forms[form], QUILL_F16, n, 3, 64);
    const size_t row_bytes = quill_gemm_row_bytes (&forms[form], state);
    g_autofree void *row = g_malloc (row_bytes);

    run_window (level, &w, 2);
    w.a.out = floats;
    w.a.out_gemm = &forms[QUILL_GEMM_F32];
    run_window (level, &w, 2);
    for (size_t i = 0; i < n; i++) {
      forms[form].pack_x (floats + i * state, 0, state, state, row);
      g_assert_cmpmem (row, row_bytes, (unsigned char *)w.out_memory.data + i * row_bytes, row_bytes);
    }
    window_free (&w);
  }
}

/* Query i is the only one that changes: so does its row, and no other. */
static void
window_rows_do_not_depend_on_other_queries (const struct check_level *level) {
  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++) {
    const size_t n = 50, state = 2 * 64, row_bytes = quill_gemm_row_bytes (&level->kernels.gemm[form], state);
    struct window w = window_new (&level->kernels.gemm[form], QUILL_F32, n, 2, 64);
    g_autofree unsigned char *before = NULL;

    run_window (level, &w, 1);
    before = g_memdup2 (w.a.out, w.out_memory.bytes);
    for (size_t i = 0; i < n; i += 7) {
      float *q = (float *)(void *)((unsigned char *)w.q.memory.data + i * w.q.stride);

      for (size_t l = 0; l < state; l++)
        q[l] = -q[l];
      run_window (level, &w, 1);
      for (size_t j = 0; j < n; j++)
        g_assert_cmpint (memcmp (before + j * row_bytes, (unsigned char *)w.a.out + j * row_bytes, row_bytes)
                             != 0,
                         ==, j == i);
      for (size_t l = 0; l < state; l++)
        q[l] = -q[l];
    }
    window_free (&w);
  }
}

/* --- few queries over a cache ------------------------------------------------------------------------ */

#define MOST_PAGES 16

struct cache {
  struct check_memory q_memory, out_memory, rows_memory[2], scales_memory[2];
  struct quill_cache k, v;
  size_t n_key;
  uint32_t pages[MOST_PAGES];     /* of all keys, in an order of their own */
  double *numbers[2];             /* owned; keys and values as stored, [n_head][n_key][head_dim] */
  struct quill_cache_view *views; /* owned; [n_query] */
  struct quill_cache_attention a;
};

static float
half_at (const void *row, size_t i) {
  return quill_f16_to_f32 (((const uint16_t *)row)[i]);
}

/* Rows of positions first, first + 1, ... through quill_cache_store, page by page. */
static void
store (const struct check_level *level, const struct cache *c, const struct quill_cache *cache,
       const float *x, size_t first, size_t n) {
  const size_t width = cache->n_head * cache->head_dim;
  struct rig rig;

  rig_open (&rig, level, 2, 1, 1, 1);
  for (size_t end = first + n, at = first, m; at < end; at += m, x += m * width) {
    m = MIN (cache->page_len - at % cache->page_len, end - at);
    quill_cache_store (&rig.compute, cache, c->pages[at / cache->page_len], at % cache->page_len, x, m);
  }
  rig_close (&rig);
}

/* Number l of position i of head h, and what lies within half a step of it. */
static double
number_at (const struct cache *c, const struct quill_cache *cache, size_t h, size_t i, size_t l,
           double source) {
  const size_t page = c->pages[i / cache->page_len], at = h * cache->page_len + i % cache->page_len;
  const unsigned char *row = (const unsigned char *)cache->rows + page * cache->page_bytes
                             + at * quill_cache_row_bytes (cache->form, cache->head_dim);
  double number, step;

  if (cache->form == QUILL_CACHE_INT8) {
    const double scale = (double)cache->scales[page * cache->page_scales + at];
    number = (double)((const int8_t *)row)[l] * scale;
    step = scale * 1.0002; /* and the rounding of the product that is rounded */
  } else if (cache->form == QUILL_CACHE_F16) {
    number = (double)half_at (row, l);
    step = fabs (source) * 0x1p-10 + 0x1p-24;
  } else {
    number = (double)((const float *)(const void *)row)[l];
    step = 0.0;
  }
  check_near ((float)number, source, step / 2.0);
  return number;
}

/* One side, stored in two pieces; its memory ends with the last row of the last page. */
static void
fill_side (struct cache *c, const struct check_level *level, int side, struct quill_cache *cache) {
  const size_t d = cache->head_dim, width = cache->n_head * d, n_key = c->n_key;
  const size_t n_rows = cache->n_head * cache->page_len,
               n_pages = (n_key + cache->page_len - 1) / cache->page_len;
  g_autofree float *x = g_new (float, n_key *width);

  cache->page_bytes = n_rows * quill_cache_row_bytes (cache->form, d);
  cache->page_scales = quill_cache_scale_bytes (cache->form) ? n_rows : 0;
  c->rows_memory[side] = check_memory_new (n_pages * cache->page_bytes);
  cache->rows = c->rows_memory[side].data;
  cache->scales = check_floats (&c->scales_memory[side], n_pages * cache->page_scales);
  check_fill (x, n_key * width);
  store (level, c, cache, x, 0, n_key / 2);
  store (level, c, cache, x + n_key / 2 * width, n_key / 2, n_key - n_key / 2);

  c->numbers[side] = g_new (double, n_key *width);
  for (size_t h = 0; h < cache->n_head; h++)
    for (size_t i = 0; i < n_key; i++)
      for (size_t l = 0; l < d; l++)
        c->numbers[side][(h * n_key + i) * d + l]
            = number_at (c, cache, h, i, l, (double)x[i * width + h * d + l]);
}

/* causal: the last query sees all keys, the one before it all but the last, and so on. page_len 0: one page,
 * of a few more positions than there are keys. */
static struct cache
cache_new (const struct check_level *level, enum quill_cache_form form, size_t page_len, size_t n_query,
           size_t n_key, size_t n_head, size_t head_dim, bool causal) {
  const size_t width = n_head * head_dim;
  const struct quill_cache shape = {
    .form = form, .page_len = page_len ? page_len : n_key + n_key % 3, .n_head = n_head, .head_dim = head_dim
  };
  const size_t n_pages = (n_key + shape.page_len - 1) / shape.page_len;
  struct cache c
      = { .k = shape, .v = shape, .n_key = n_key, .views = g_new (struct quill_cache_view, n_query) };
  float *q = check_floats (&c.q_memory, n_query * width);

  g_assert_cmpuint (n_pages, <=, MOST_PAGES);
  for (size_t i = 0; i < n_pages; i++) /* backwards, and one out of place */
    c.pages[i] = (uint32_t)(n_pages - 1 - i);
  if (n_pages > 2) {
    c.pages[1] = (uint32_t)(n_pages - 1);
    c.pages[0] = (uint32_t)(n_pages - 2);
  }
  fill_side (&c, level, 0, &c.k);
  fill_side (&c, level, 1, &c.v);
  check_fill (q, n_query * width);
  for (size_t i = 0; i < n_query * width; i++)
    q[i] *= QUERY_SIZE;
  for (size_t i = 0; i < n_query; i++)
    c.views[i].n_key = causal ? n_key - n_query + i + 1 : n_key;
  c.a = (struct quill_cache_attention){
    .q = q, .out = check_floats (&c.out_memory, n_query * width), .views = c.views, .n_query = n_query
  };
  return c;
}

static void
cache_free (struct cache *c) {
  check_memory_intact (&c->out_memory);
  check_memory_free (&c->q_memory);
  check_memory_free (&c->out_memory);
  for (int side = 0; side < 2; side++) {
    check_memory_intact (&c->rows_memory[side]);
    check_memory_free (&c->rows_memory[side]);
    check_memory_free (&c->scales_memory[side]);
    g_free (c->numbers[side]);
  }
  g_free (c->views);
}

static void
run_cache (const struct check_level *level, struct cache *c, unsigned n_threads) {
  struct rig rig;

  c->a.k = &c->k;
  c->a.v = &c->v;
  for (size_t i = 0; i < c->a.n_query; i++)
    c->views[i].pages = c->pages;
  rig_open (&rig, level, n_threads, 1, c->n_key, c->k.n_head * c->k.head_dim);
  quill_attend_cache (&rig.compute, &c->a);
  rig_close (&rig);
}

/* The query as it is multiplied: int8 with one scale, where the keys are. */
static void
read_query (const struct check_level *level, const struct cache *c, size_t i, size_t h, double *query) {
  const size_t d = c->k.head_dim;
  const float *q = c->a.q + (i * c->k.n_head + h) * d;
  g_autofree float *scaled = g_new (float, d);
  g_autofree int8_t *packed = g_new (int8_t, quill_int8_padded (d));

  for (size_t l = 0; l < d; l++) {
    scaled[l] = q[l] * (1.0f / sqrtf ((float)d));
    query[l] = (double)scaled[l];
  }
  if (c->k.form != QUILL_CACHE_INT8)
    return;
  const double scale = (double)level->kernels.pack_int8 (scaled, d, packed);
  for (size_t l = 0; l < d; l++) {
    check_near ((float)(packed[l] * scale), query[l], scale * 0.5001);
    query[l] = packed[l] * scale;
  }
}

static void
check_cache_row (const struct check_level *level, const struct cache *c, size_t i, size_t h) {
  const size_t n = c->views[i].n_key, d = c->k.head_dim, width = c->k.n_head * d;
  const double *keys = c->numbers[0] + h * c->n_key * d, *values = c->numbers[1] + h * c->n_key * d;
  g_autofree double *p = g_new (double, n), *query = g_new (double, d);
  double sum;

  read_query (level, c, i, h, query);
  for (size_t j = 0; j < n; j++) {
    p[j] = 0.0;
    for (size_t l = 0; l < d; l++)
      p[j] += query[l] * keys[j * d + l];
  }
  sum = soften_exactly (p, n);
  for (size_t l = 0; l < d; l++) {
    double expected = 0.0;

    for (size_t j = 0; j < n; j++)
      expected += p[j] / sum * values[j * d + l];
    check_near (c->a.out[i * width + h * d + l], expected, float_tolerance (n, d));
  }
}

static void
check_cache (const struct check_level *level, enum quill_cache_form form, size_t page_len, size_t n_query,
             size_t n_key, size_t n_head, size_t head_dim, bool causal) {
  struct cache c = cache_new (level, form, page_len, n_query, n_key, n_head, head_dim, causal);

  run_cache (level, &c, 2);
  for (size_t i = 0; i < n_query; i++)
    for (size_t h = 0; h < n_head; h++)
      check_cache_row (level, &c, i, h);
  cache_free (&c);
}

static void
cache_of_every_shape (const struct check_level *level) {
  static const size_t keys[] = { 1, 2, 7, 8, 9, 17, 64, 201 }, dims[] = { 1, 20, 64, 80 };

  for (enum quill_cache_form form = 0; form < QUILL_CACHE_FORMS; form++)
    for (size_t n_query = 0; n_query <= 9; n_query += 1 + n_query / 3)
      for (size_t k = 0; k < G_N_ELEMENTS (keys); k++)
        for (size_t d = 0; d < G_N_ELEMENTS (dims); d++) {
          const size_t page_len = (k + d) % 2 ? 0 : keys[k] < 20 ? 4 : 32;

          check_cache (level, form, page_len, n_query, keys[k], 1 + (n_query + k) % 3, dims[d], false);
          if (keys[k] >= n_query)
            check_cache (level, form, page_len, n_query, keys[k], 1 + (n_query + k) % 3, dims[d], true);
        }
}

static void
rows_ignore_what_they_do_not_see (const struct check_level *level) {
  const size_t n_query = 9, n_key = 39, width = 2 * 64;

  for (enum quill_cache_form form = 0; form < QUILL_CACHE_FORMS; form++)
    for (size_t half = 0; half < n_query - 1; half++) {
      struct cache c = cache_new (level, form, half % 2 ? 8 : 0, n_query, n_key, 2, 64, true);
      g_autofree float *before = NULL, *nothing = g_new (float, n_key *width);
      const size_t first = n_key - n_query + half + 1;

      run_cache (level, &c, 2);
      before = g_memdup2 (c.a.out, c.out_memory.bytes);
      /* Keys and values that only rows after `half` may see; not even as a factor of 0. */
      for (size_t i = 0; i < n_key * width; i++)
        nothing[i] = NAN;
      store (level, &c, &c.k, nothing, first, n_key - first);
      store (level, &c, &c.v, nothing, first, n_key - first);
      run_cache (level, &c, 2);
      g_assert_cmpmem (c.a.out, (half + 1) * width * sizeof (float), before,
                       (half + 1) * width * sizeof (float));
      g_assert_true (isnan (c.a.out[(half + 1) * width]));
      cache_free (&c);
    }
}

static void
queries_together_are_queries_one_by_one (const struct check_level *level) {
  for (enum quill_cache_form form = 0; form < QUILL_CACHE_FORMS; form++)
    for (size_t n_query = 1; n_query <= 9; n_query++)
      for (int causal = 0; causal < 2; causal++) {
        const size_t n_key = 77, width = 3 * 64;
        struct cache c = cache_new (level, form, n_query % 2 ? 16 : 0, n_query, n_key, 3, 64, causal);
        const struct quill_cache_attention all = c.a;
        g_autofree float *together = NULL;

        run_cache (level, &c, 1);
        together = g_memdup2 (all.out, c.out_memory.bytes);
        for (size_t i = 0; i < n_query; i++) {
          c.a.q = all.q + i * width;
          c.a.views = all.views + i;
          c.a.n_query = 1;
          run_cache (level, &c, 1);
          g_assert_cmpmem (c.a.out, width * sizeof (float), together + i * width, width * sizeof (float));
        }
        cache_free (&c);
      }
}

/* The same numbers in other pages of the same length. */
static void
it_does_not_matter_which_pages_they_are (const struct check_level *level) {
  for (enum quill_cache_form form = 0; form < QUILL_CACHE_FORMS; form++) {
    const size_t page_len = 8, n_key = 61, n_pages = 8;
    struct cache c = cache_new (level, form, page_len, 5, n_key, 3, 64, true);
    g_autofree float *before = NULL;

    run_cache (level, &c, 1);
    before = g_memdup2 (c.a.out, c.out_memory.bytes);
    for (size_t i = 0; i + 1 < n_pages; i += 2) { /* two pages swap places */
      struct quill_cache *const sides[] = { &c.k, &c.v };
      const uint32_t a = c.pages[i], b = c.pages[i + 1];

      for (size_t side = 0; side < 2; side++) {
        unsigned char *rows = sides[side]->rows;
        float *scales = sides[side]->scales;
        g_autofree void *kept = g_memdup2 (rows + a * sides[side]->page_bytes, sides[side]->page_bytes);

        memcpy (rows + a * sides[side]->page_bytes, rows + b * sides[side]->page_bytes,
                sides[side]->page_bytes);
        memcpy (rows + b * sides[side]->page_bytes, kept, sides[side]->page_bytes);
        for (size_t j = 0; j < sides[side]->page_scales; j++) {
          const float scale = scales[a * sides[side]->page_scales + j];
          scales[a * sides[side]->page_scales + j] = scales[b * sides[side]->page_scales + j];
          scales[b * sides[side]->page_scales + j] = scale;
        }
      }
      c.pages[i] = b;
      c.pages[i + 1] = a;
    }
    run_cache (level, &c, 1);
    g_assert_cmpmem (c.a.out, c.out_memory.bytes, before, c.out_memory.bytes);
    cache_free (&c);
  }
}

/* Through one head of one number: the value of the only key comes out as it was stored. */
static float
stored_value (const struct check_level *level, enum quill_cache_form form, float x) {
  uint32_t rows[2] = { 0 };
  struct quill_cache k = { .rows = &rows[0], .form = form, .page_len = 1, .n_head = 1, .head_dim = 1 }, v = k;
  const uint32_t page = 0;
  const struct quill_cache_view view = { &page, 1 };
  const float key = 1.0f;
  float out = 0.0f;
  struct rig rig;

  v.rows = &rows[1];
  rig_open (&rig, level, 1, 1, 1, 1);
  quill_cache_store (&rig.compute, &k, 0, 0, &key, 1);
  quill_cache_store (&rig.compute, &v, 0, 0, &x, 1);
  quill_attend_cache (&rig.compute,
                      &(struct quill_cache_attention){
                          .q = &key, .k = &k, .v = &v, .out = &out, .views = &view, .n_query = 1 });
  rig_close (&rig);
  return out;
}

static void
half_floats_end_at_the_largest (const struct check_level *level) {
  static const float beyond[] = { 65504.0f, 65519.0f, 65520.0f, 1e6f, 3e38f, INFINITY };

  for (size_t i = 0; i < G_N_ELEMENTS (beyond); i++) {
    g_assert_cmpfloat (stored_value (level, QUILL_CACHE_F16, beyond[i]), ==, 65504.0f);
    g_assert_cmpfloat (stored_value (level, QUILL_CACHE_F16, -beyond[i]), ==, -65504.0f);
    g_assert_cmpfloat (stored_value (level, QUILL_CACHE_F32, beyond[i]), ==, beyond[i]);
  }
  g_assert_cmpfloat (stored_value (level, QUILL_CACHE_F16, 65472.0f), ==, 65472.0f);
  g_assert_true (isnan (stored_value (level, QUILL_CACHE_F16, NAN)));
}

static void
cache_is_the_same_for_every_number_of_threads (const struct check_level *level) {
  static const struct {
    size_t page_len, n_query, n_key, n_head;
    bool causal;
  } cases[] = {
    { 0, 1, 1500, 6, false }, { 64, 4, 900, 5, true }, { 32, 9, 333, 7, false }, { 0, 40, 200, 3, true }
  };

  for (enum quill_cache_form form = 0; form < QUILL_CACHE_FORMS; form++)
    for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
      struct cache c = cache_new (level, form, cases[i].page_len, cases[i].n_query, cases[i].n_key,
                                  cases[i].n_head, 64, cases[i].causal);
      g_autofree float *first = NULL;

      for (size_t n = 0; n < RIG_N_POOLS; n++) {
        memset (c.a.out, CHECK_PATTERN, c.out_memory.bytes);
        run_cache (level, &c, rig_n_threads[n]);
        if (!first)
          first = g_memdup2 (c.a.out, c.out_memory.bytes);
        g_assert_cmpmem (c.a.out, c.out_memory.bytes, first, c.out_memory.bytes);
      }
      cache_free (&c);
    }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  check_add ("attend", "window-of-every-shape-is-the-formula", window_of_every_shape);
  check_add ("attend", "window-is-the-same-for-every-number-of-threads",
             window_is_the_same_for_every_number_of_threads);
  check_add ("attend", "window-packs-for-what-follows", window_packs_for_what_follows);
  check_add ("attend", "window-rows-do-not-depend-on-other-queries",
             window_rows_do_not_depend_on_other_queries);
  check_add ("attend", "cache-of-every-shape-is-the-formula", cache_of_every_shape);
  check_add ("attend", "rows-ignore-what-they-do-not-see", rows_ignore_what_they_do_not_see);
  check_add ("attend", "queries-together-are-queries-one-by-one", queries_together_are_queries_one_by_one);
  check_add ("attend", "it-does-not-matter-which-pages-they-are", it_does_not_matter_which_pages_they_are);
  check_add ("attend", "half-floats-end-at-the-largest", half_floats_end_at_the_largest);
  check_add ("attend", "cache-is-the-same-for-every-number-of-threads",
             cache_is_the_same_for_every_number_of_threads);
  return g_test_run ();
}
