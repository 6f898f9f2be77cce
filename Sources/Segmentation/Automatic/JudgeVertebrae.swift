import Anatomy
import Foundation
import Frames
import Volumes

/// What is measured of one vertebra once all bones are drawn; flaws come from `withFlaws`, which knows the neighbours.
///
/// - Complexity: O(voxels of the region's box).
func foundVertebra(
    _ bone: DrawnBone, region: LabelledRegion, in labels: LabelVolume, ct: CTVolume, map: FineMap, rivals: [DrawnBone]
) -> FoundVertebra {
    let sides = halves(of: region, in: labels, midpoint: map.pose.centre, left: map.pose.left)
    return FoundVertebra(
        level: bone.level, bodyCentre: map.pose.centre.xyz, volume: region.volume, confidence: 0, probability: bone.probability,
        edgeShare: bone.edgeShare, softShare: bone.softShare, shareOfLargestPiece: bone.shareOfLargestPiece,
        separation: separation(of: region, in: labels, ct: ct),
        contestedShare: contestedShare(of: bone, rivals: rivals.filter { $0.level != bone.level }),
        leftRightRatio: Double(max(sides.left, 1)) / Double(max(sides.right, 1)), ribVolume: ribVolume(in: map),
        flaws: region.isCutByView ? [.cutByView] : [])
}

/// How much brighter a label is than what surrounds it, 0.5 to 1; nil where there is too little around.
func separation(of region: LabelledRegion, in labels: LabelVolume, ct: CTVolume) -> Double? {
    LabelSurroundings(of: region, in: labels)?.fit(ct, moved: SIMD3(0, 0, 0))?.separation
}

/// A region's voxels on either side of a plane.
private func halves(
    of region: LabelledRegion, in labels: LabelVolume, midpoint: Point<Patient>, left: SIMD3<Double>
) -> (left: Int, right: Int) {
    var count = (left: 0, right: 0)
    let grid = labels.geometry
    for k in region.lower.z..<region.upper.z {
        for j in region.lower.y..<region.upper.y {
            for i in region.lower.x..<region.upper.x where labels[i, j, k] == region.level.rawValue {
                if (left * (grid.point(at: SIMD3(i, j, k)) - midpoint).xyz).sum() > 0 { count.left += 1 } else { count.right += 1 }
            }
        }
    }
    return count
}

/// The share of a bone's voxels that another bone claims too.
private func contestedShare(of bone: DrawnBone, rivals: [DrawnBone]) -> Double {
    let mine = bone.field
    var (own, contested) = (0, 0)
    let near = rivals.map(\.field).filter { (pointwiseMin($0.upper, mine.upper) &- pointwiseMax($0.lower, mine.lower)).min() > 0 }
    for k in mine.lower.z..<mine.upper.z {
        for j in mine.lower.y..<mine.upper.y {
            for i in mine.lower.x..<mine.upper.x where mine.distance[mine.offset(i, j, k)] < 0 {
                own += 1
                let isContested = near.contains { $0.contains(i, j, k) && $0.distance[$0.offset(i, j, k)] < 0 }
                contested += isContested ? 1 : 0
            }
        }
    }
    return Double(contested) / Double(max(own, 1))
}

/// The vertebrae with their flaws and how sure they are.
func withFlaws(_ vertebrae: [FoundVertebra], parameters: TrustParameters) -> [FoundVertebra] {
    vertebrae.enumerated().map { n, vertebra in
        var judged = vertebra
        let lopsided = max(vertebra.leftRightRatio, 1 / vertebra.leftRightRatio)
        let isCut = vertebra.flaws.contains(.cutByView)
        if vertebra.probability < parameters.leastProbability { judged.flaws.append(.unsure) }
        if vertebra.edgeShare < parameters.leastEdgeShare { judged.flaws.append(.blurred) }
        if vertebra.softShare > parameters.mostSoft { judged.flaws.append(.boneless) }
        if vertebra.shareOfLargestPiece < parameters.leastShareOfLargestPiece { judged.flaws.append(.torn) }
        if let separation = vertebra.separation, separation < parameters.leastSeparation { judged.flaws.append(.besideBone) }
        if vertebra.contestedShare > parameters.mostContested { judged.flaws.append(.mixed) }
        // What is cut may well be small and lopsided.
        if !isCut, lopsided > parameters.mostLopsided { judged.flaws.append(.lopsided) }
        if !isCut, isUnusual(n, in: vertebrae, usual: parameters.volumeRatio) { judged.flaws.append(.unusualVolume) }
        judged.confidence = min(
            1, vertebra.probability / 0.95, vertebra.edgeShare / 0.8, vertebra.shareOfLargestPiece, 1 - vertebra.softShare,
            1 - vertebra.contestedShare, isCut ? 1 : 1.2 / lopsided)
        return judged
    }
}

/// Whether a vertebra's volume is far from what its neighbours, whole ones and two at most on either side, let one expect: the geometric mean of theirs, each
/// brought to its place.
///
/// With one neighbour alone nothing says which of the two is the odd one, so both are.
private func isUnusual(_ n: Int, in vertebrae: [FoundVertebra], usual: ClosedRange<Double>) -> Bool {
    let neighbours = (max(0, n - 2)..<min(vertebrae.count, n + 3)).filter { $0 != n && !vertebrae[$0].flaws.contains(.cutByView) }
    guard !neighbours.isEmpty else { return false }
    let logs = neighbours.map { log(vertebrae[$0].volume) + Double(n - $0) * log(growth) }
    let ratio = vertebrae[n].volume / exp(logs.reduce(0, +) / Double(logs.count))
    return ratio < usual.lowerBound || ratio > (neighbours.count == 1 ? 1 / usual.lowerBound : usual.upperBound)
}

/// From each level to the next one down. Development cases (four people's labels, T1 to L5): 1.03 to 1.1.
private let growth = 1.08

/// What a person should know before trusting the labels.
///
/// - Throws: `SegmentationError` where the levels do not follow one another along the spine.
func warnings(of vertebrae: [FoundVertebra], regions: [LabelledRegion], chain: NamedChain, in ct: CTVolume) throws -> [LabelWarning] {
    var warnings = chain.warnings + mayBeCut(regions, by: "image") + metal(regions, in: ct)
    // The chain has said already which levels are missing.
    warnings += try checkOrder(of: regions, scheme: .lamina).filter { $0.code != .missingLevel }
    for vertebra in vertebrae where !vertebra.isTrusted {
        let signs = vertebra.flaws.filter { $0 != .cutByView }.map { $0.sentence(about: vertebra) }.joined(separator: "; ")
        warnings.append(
            LabelWarning(
                .notTrusted, levels: [vertebra.level],
                "\(vertebra.level) was segmented, but is not to be trusted (confidence \(vertebra.confidence.hundredths)): \(signs); look at it over the image"
            ))
    }
    return warnings
}

/// A warning about levels with something denser than any bone in their boxes.
private func metal(_ regions: [LabelledRegion], in ct: CTVolume) -> [LabelWarning] {
    let leastVolume = 100.0
    let levels = regions.filter { region in
        var count = 0
        for k in region.lower.z..<region.upper.z {
            for j in region.lower.y..<region.upper.y {
                for i in region.lower.x..<region.upper.x where ct[i, j, k] >= metalHU { count += 1 }
            }
        }
        return Double(count) * ct.geometry.voxelVolume > leastVolume
    }.map(\.level)
    guard !levels.isEmpty else { return [] }
    return [
        LabelWarning(
            .metal, levels: levels,
            "there is metal or cement at \(levels); it hides bone and its streaks look like edges, so check these labels slice by slice"
        )
    ]
}

/// Cortical bone stays below 2000 HU.
private let metalHU: Int16 = 2500

extension FoundVertebra.Flaw {
    fileprivate func sentence(about vertebra: FoundVertebra) -> String {
        switch self {
        case .unsure: "the network was unsure"
        case .blurred: "much of its surface shows no edge in the image"
        case .boneless: "over \(vertebra.softShare.percent) of its surface there is soft tissue where its wall should be"
        case .besideBone: "it is hardly brighter than what lies around it"
        case .torn: "it came in several pieces"
        case .mixed: "a neighbour claims part of it"
        case .lopsided: "its left and right halves differ in size"
        case .unusualVolume: "it is much larger or smaller than its neighbours"
        case .cutByView: "the edge of the image cuts it"
        }
    }
}
