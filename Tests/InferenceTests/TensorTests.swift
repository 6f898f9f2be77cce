import TestSupport
import Testing

@testable import Inference

@Suite struct TensorTests {
    /// At every place of a block and around its ends.
    @Test(arguments: [0, 1, 4094, 4095, 4096, 4097, 8191, 8192, 9999]) func findsTheFirstThatIsNotFinite(_ index: Int) {
        for value in [Float.nan, -.nan, .infinity, -.infinity, .signalingNaN] {
            var values = [Float](repeating: -.greatestFiniteMagnitude, count: 10000)
            values[index] = value
            values[9999] = .nan
            #expect(values.withUnsafeBufferPointer(firstNotFinite) == index)
        }
    }

    @Test(arguments: [0, 1, 4096, 5000]) func finiteIsFinite(_ count: Int) {
        let values = [Float](repeating: .greatestFiniteMagnitude, count: count)
        #expect(values.withUnsafeBufferPointer(firstNotFinite) == nil)
    }
}
