#pragma once
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/// 0 on success. The caller owns every buffer; nothing is allocated for it.
typedef enum { LAMINA_EIGEN_OK = 0, LAMINA_EIGEN_BAD_COUNT = 1, LAMINA_EIGEN_FAILED = 2 } lamina_eigen_status;

/// Eigenvalues (ascending) and unit eigenvectors (vectors[3*i..] belongs to values[i]) of a symmetric row-major 3x3 matrix.
lamina_eigen_status lamina_eigen_symmetric3(const double *matrix, double *values, double *vectors);

/// Rigid fit target = R source + t over `count` xyz triples (Umeyama 1991, no scale). rotation: row-major 3x3.
lamina_eigen_status lamina_eigen_rigid_fit(const double *source, const double *target, size_t count, double *rotation,
                                           double *translation, double *rms);

/// Least-squares solution of the row-major rows x columns system A x = b, by column-pivoting QR.
lamina_eigen_status lamina_eigen_least_squares(const double *a, const double *b, size_t rows, size_t columns, double *x);

/// Solution of A X = B for a symmetric positive definite A (n x n) and B (n x columns), row-major, by Cholesky decomposition.
lamina_eigen_status lamina_eigen_solve_positive(const double *a, size_t n, const double *b, size_t columns, double *x);

#ifdef __cplusplus
}
#endif
