#include "CEigenShim.h"

#include <stdexcept>
// Eigen aborts on a failed assertion; throw instead, so that the shim can answer with a status.
#define eigen_assert(condition) do { if (!(condition)) throw std::logic_error("Eigen: " #condition); } while (0)
#include <eigen3/Eigen/Cholesky>
#include <eigen3/Eigen/Core>
#include <eigen3/Eigen/Eigenvalues>
#include <eigen3/Eigen/Geometry>
#include <eigen3/Eigen/QR>

using RowMajor3 = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;
using RowMajorX = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Points = Eigen::Matrix<double, 3, Eigen::Dynamic>;

lamina_eigen_status lamina_eigen_symmetric3(const double *matrix, double *values, double *vectors) {
    try {
        const Eigen::Matrix3d symmetric = Eigen::Map<const RowMajor3>(matrix);
        Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> solver(symmetric);
        if (solver.info() != Eigen::Success) return LAMINA_EIGEN_FAILED;
        Eigen::Map<Eigen::Vector3d>(values, 3) = solver.eigenvalues();
        Eigen::Map<Eigen::Matrix3d>(vectors, 3, 3) = solver.eigenvectors();
        return LAMINA_EIGEN_OK;
    } catch (const std::exception &) {
        return LAMINA_EIGEN_FAILED;
    }
}

lamina_eigen_status lamina_eigen_rigid_fit(const double *source, const double *target, size_t count, double *rotation,
                                           double *translation, double *rms) {
    if (count < 3) return LAMINA_EIGEN_BAD_COUNT;
    try {
        const auto n = static_cast<Eigen::Index>(count);
        Eigen::Map<const Points> from(source, 3, n), to(target, 3, n);
        const Eigen::Matrix4d fit = Eigen::umeyama(from, to, false);
        const Eigen::Matrix3d r = fit.topLeftCorner<3, 3>();
        const Eigen::Vector3d t = fit.topRightCorner<3, 1>();
        Eigen::Map<RowMajor3>(rotation, 3, 3) = r;
        Eigen::Map<Eigen::Vector3d>(translation, 3) = t;
        *rms = std::sqrt((((r * from).colwise() + t) - to).squaredNorm() / static_cast<double>(count));
        return LAMINA_EIGEN_OK;
    } catch (const std::exception &) {
        return LAMINA_EIGEN_FAILED;
    }
}

lamina_eigen_status lamina_eigen_least_squares(const double *a, const double *b, size_t rows, size_t columns, double *x) {
    if (columns == 0 || rows < columns) return LAMINA_EIGEN_BAD_COUNT;
    try {
        const auto r = static_cast<Eigen::Index>(rows), c = static_cast<Eigen::Index>(columns);
        Eigen::Map<const RowMajorX> matrix(a, r, c);
        Eigen::ColPivHouseholderQR<Eigen::MatrixXd> solver(matrix);
        if (solver.rank() < c) return LAMINA_EIGEN_FAILED;
        Eigen::Map<Eigen::VectorXd>(x, c) = solver.solve(Eigen::Map<const Eigen::VectorXd>(b, r));
        return LAMINA_EIGEN_OK;
    } catch (const std::exception &) {
        return LAMINA_EIGEN_FAILED;
    }
}

lamina_eigen_status lamina_eigen_solve_positive(const double *a, size_t n, const double *b, size_t columns, double *x) {
    if (n == 0 || columns == 0) return LAMINA_EIGEN_BAD_COUNT;
    try {
        const auto r = static_cast<Eigen::Index>(n), c = static_cast<Eigen::Index>(columns);
        const Eigen::MatrixXd matrix = Eigen::Map<const RowMajorX>(a, r, r);
        const Eigen::LLT<Eigen::MatrixXd> solver(matrix);
        if (solver.info() != Eigen::Success) return LAMINA_EIGEN_FAILED;
        Eigen::Map<RowMajorX>(x, r, c) = solver.solve(Eigen::Map<const RowMajorX>(b, r, c));
        return LAMINA_EIGEN_OK;
    } catch (const std::exception &) {
        return LAMINA_EIGEN_FAILED;
    }
}
