/// How a frame is compared with the model, and how the search for the poses goes.
public struct RegistrationParameters: Codable, Equatable, Sendable {
    /// Sizes of a place at the detector, mm, from coarse to fine; whole pixels are taken.
    public var fineness: [Double] = [2.4, 1.2]
    /// Gauss-Newton steps at each fineness at most.
    public var iterations: [Int] = [3, 2]
    /// Of the Gaussian that images are smoothed by, in places.
    public var sigma = 1.0
    /// Residuals beyond so many robust standard deviations lose weight (Huber).
    public var huber = 1.345
    /// Steps shorter than this (rad, mm) in every parameter end a fineness.
    public var smallestStep = 2e-4
    /// Side of the squares, in mm at the detector, within which residuals are taken as fully correlated for the covariance.
    public var correlationLength = 12.0

    public init() {}
}
