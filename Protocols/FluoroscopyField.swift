/// The part of an image that X-rays reach, in pixels; pixel centres on its edge belong to it.
public enum FluoroscopyField: Equatable, Sendable {
    case circle(centre: SIMD2<Double>, radius: Double)
    /// Three to a thousand corners, in order around; an even-odd polygon.
    case polygon([SIMD2<Double>])
}

extension FluoroscopyField: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case circle = "circle_px"
        case polygon = "polygon_px"
    }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(CodingKeys.self)
        guard object.allKeys.count == 1 else { throw object.error(nil, "a field is one of circle_px and polygon_px; give exactly one") }
        if object.contains(.circle) {
            let circle = try object.numbers(.circle, 3)
            guard circle[2] > 0 else { throw object.error(.circle, "the radius must be positive, found \(circle[2])") }
            self = .circle(centre: SIMD2(circle[0], circle[1]), radius: circle[2])
        } else {
            let corners = try object.decode([[Double]].self, forKey: .polygon)
            guard (3...1000).contains(corners.count), corners.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isFinite) }) else {
                throw object.error(.polygon, "a polygon needs three to a thousand corners, each [u, v]")
            }
            self = .polygon(corners.map { SIMD2($0[0], $0[1]) })
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .circle(let centre, let radius): try object.encode([centre.x, centre.y, radius], forKey: .circle)
        case .polygon(let corners): try object.encode(corners.map { [$0.x, $0.y] }, forKey: .polygon)
        }
    }
}
