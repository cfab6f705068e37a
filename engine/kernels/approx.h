/* Polynomials behind the vector exp and GELU; the same at every instruction set. Fitted for this project:
 * least squares at Chebyshev nodes (exp), iteratively reweighted least squares towards the smallest maximum
 * (erfc). */
#ifndef QUILL_KERNELS_APPROX_H
#define QUILL_KERNELS_APPROX_H

/* exp(x) for x <= 0: n = round(x / ln 2), r = x - n ln 2, 2^n (1 + r + r^2 P(r)), ln 2 in two parts so that
 * n * LN2_HIGH is exact. Relative error of the polynomial 1.1e-8. Below EXP_LOWEST the result is 0. */
#define EXP_LOWEST -87.33654f /* exp of it is the smallest normal float */
#define EXP_LOG2E 1.44269504f
#define EXP_LN2_HIGH 0x1.62ep-1f
#define EXP_LN2_LOW 0x1.0bfbe8p-15f
#define EXP_P0 0.5f
#define EXP_P1 0.16666576f
#define EXP_P2 0.041666467f
#define EXP_P3 0.008363182f
#define EXP_P4 0.0013933652f

/* 2^t for t <= 0, where t need not be exact: n = round(t), f = t - n, 2^n P(f). Relative error of the
 * polynomial 7.5e-8. Below EXP2_LOWEST it counts as EXP2_LOWEST. */
#define EXP2_LOWEST -126.0f
#define EXP2_P0 1.00000007f
#define EXP2_P1 0.693146967f
#define EXP2_P2 0.240221197f
#define EXP2_P3 0.0555071328f
#define EXP2_P4 0.00967554132f
#define EXP2_P5 0.00132764701f

/* erfc(z) for z >= 0: exp(-z^2) t Q(t), t = 1 / (1 + ERFC_P z) (the form of Abramowitz & Stegun 7.1.26).
 * Absolute error 2.8e-8. */
#define ERFC_P 0.4f
#define ERFC_Q0 0.231921427f
#define ERFC_Q1 0.161827834f
#define ERFC_Q2 0.468263325f
#define ERFC_Q3 -0.370894264f
#define ERFC_Q4 0.709138755f
#define ERFC_Q5 -0.200257113f

#endif
