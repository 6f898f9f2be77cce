import Foundation

/// Where ribs meet a vertebra, in its own frame from its body centre, mm: to the side, from a little before the centre to the transverse process.
private let (side, depth, height) = (10.0...45.0, -8.0...35.0, -18.0...18.0)

/// How much bone that is no vertebra lies where ribs meet one, mm³ on the side that has less.
func ribVolume(in map: FineMap) -> Double {
    var sides = (left: 0.0, right: 0.0)
    map.forEachVoxel { offset, place in
        guard side.contains(abs(place.x)), depth.contains(place.y), height.contains(place.z) else { return }
        let chance = Double(map.otherBone[offset])
        if place.x > 0 { sides.left += chance } else { sides.right += chance }
    }
    return min(sides.left, sides.right) * map.thisVertebra.geometry.voxelVolume
}

/// How sure it is that ribs meet this vertebra, 0 to 1: half at 200 mm³.
///
/// On the development cases (four CTs of people, phantoms) whole vertebrae L1 to L4 had 33 to 118 mm³ and the last thoracic one, whose ribs may be stumps, from 341 mm³ on.
/// L5, beside the pelvis, had up to 340: what lies between must not decide a level.
func ribLikelihood(in map: FineMap) -> Double {
    let ratio = max(ribVolume(in: map), 1) / 200
    return 1 / (1 + pow(ratio, -4))
}
