import Foundation
import Frames

/// Where ribs meet a vertebra, in its own frame from its body centre, mm: to the side, from a little before the centre to the transverse process.
private let (side, depth, height) = (10.0...38.0, -8.0...35.0, -18.0...18.0)

/// How much bone that is no vertebra lies where ribs meet one, mm³ on the side that has less.
func ribVolume(in map: FineMap, network: ModelDescription.Network) -> Double {
    let (size, spacing, centre) = (map.thisVertebra.geometry.size, network.spacing, network.centreVoxel!)
    var sides = (left: 0.0, right: 0.0)
    for k in 0..<size.z {
        let x = (Double(k) - centre[0]) * spacing
        guard side.contains(abs(x)) else { continue }
        for j in 0..<size.y where depth.contains((Double(j) - centre[1]) * spacing) {
            for i in 0..<size.x where height.contains((Double(i) - centre[2]) * spacing) {
                let chance = Double(map.otherBone[(k * size.y + j) * size.x + i])
                if x > 0 { sides.left += chance } else { sides.right += chance }
            }
        }
    }
    return min(sides.left, sides.right) * spacing * spacing * spacing
}

/// How sure it is that ribs meet this vertebra, 0 to 1.
func ribLikelihood(in map: FineMap, network: ModelDescription.Network) -> Double {
    let volume = ribVolume(in: map, network: network)
    // On the development cases lumbar vertebrae had up to 140 mm³, the last thoracic one from 460 mm³ on.
    return 1 / (1 + exp(-(volume - 270) / 50))
}
