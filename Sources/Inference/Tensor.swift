/// Name and shape of what goes into a network or comes out.
public struct TensorDescription: Equatable, Sendable {
    /// As the ONNX file names it.
    public let name: String
    /// Outermost dimension first, such as batch, channels, depth, height, width.
    public let shape: [Int]

    /// How many values there are.
    public var count: Int { shape.reduce(1, *) }
}

/// An output of a network.
public struct Tensor: Equatable, Sendable {
    public let name: String
    /// Outermost dimension first.
    public let shape: [Int]
    /// Row-major: the last dimension is the densest. All are finite.
    public let values: [Float]
}

/// The first index whose value is infinite or not a number.
///
/// - Complexity: O(n), about the time of reading the memory: blocks are judged whole, by the greatest of their bit patterns without the sign.
func firstNotFinite(_ values: UnsafeBufferPointer<Float>) -> Int? {
    let infinity = Float.infinity.bitPattern
    var start = 0
    while start < values.count {
        let end = min(start + 4096, values.count)
        var greatest: UInt32 = 0
        for index in start..<end { greatest = max(greatest, values[index].bitPattern & 0x7FFF_FFFF) }
        if greatest >= infinity { return (start..<end).first { !values[$0].isFinite } }
        start = end
    }
    return nil
}
