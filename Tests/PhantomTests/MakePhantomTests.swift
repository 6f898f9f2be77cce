import Anatomy
import Foundation
import Phantom
import Testing

@Test func aPhantomIsTheSameForTheSameSeedAndDiffersForAnother() throws {
    var parameters = PhantomParameters()
    parameters.levels = [.t12]
    let first = try makePhantom(parameters: parameters, seed: 3)
    let again = try makePhantom(parameters: parameters, seed: 3)
    let other = try makePhantom(parameters: parameters, seed: 4)
    #expect(first.ct.voxels == again.ct.voxels)
    #expect(first.labels.voxels == again.labels.voxels)
    #expect(first.truth == again.truth)
    #expect(first.truth.vertebrae != other.truth.vertebrae)
}

@Test func levelsWithoutAnatomyAreRefused() {
    var parameters = PhantomParameters()
    parameters.levels = [.c7, .t1]
    #expect(throws: PhantomError.unknownLevel(.c7)) { try makePhantom(parameters: parameters, seed: 1) }
    parameters.levels = []
    #expect(throws: PhantomError.noLevels) { try makePhantom(parameters: parameters, seed: 1) }
}
