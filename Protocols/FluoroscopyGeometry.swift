/// geometry.json: what the frames of a folder are and where source and detector stood (Specification/fluoroscopy.md, geometry.schema.json).
public struct FluoroscopyGeometry: Equatable, Sendable {
    public static let fileName = "geometry.json"
    /// One to eight, with different names and the same number of frames, one or more. Frames at the same position of the lists belong to one moment.
    public var views: [FluoroscopyView]

    public init(views: [FluoroscopyView]) { self.views = views }

    /// How many moments there are.
    public var momentCount: Int { views.first?.frames.count ?? 0 }
}

extension FluoroscopyGeometry: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case schema
        case schemaVersion = "schema_version"
        case views
    }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(CodingKeys.self)
        try object.checkSchema("lamina.geometry", .schema, .schemaVersion)
        views = try object.decode([FluoroscopyView].self, forKey: .views)
        guard (1...8).contains(views.count) else { throw object.error(.views, "there must be one to eight views, found \(views.count)") }
        for (n, view) in views.enumerated() {
            guard !views[..<n].contains(where: { $0.name.lowercased() == view.name.lowercased() }) else {
                throw object.error(.views, "two views are called \(view.name); name them apart")
            }
            guard view.frames.count == momentCount else {
                throw object.error(
                    .views,
                    "\(views[0].name) has \(momentCount) frames and \(view.name) \(view.frames.count), but frames of the same position belong to the "
                        + "same moment; list as many in each")
            }
        }
        try checkMoments(object)
    }

    /// Moments must not overlap: a frame left out of one list would shift all that follow.
    private func checkMoments(_ object: KeyedDecodingContainer<CodingKeys>) throws {
        for n in 1..<max(1, momentCount) {
            let before = views.map { $0.frames[n - 1].timeS }.max()!
            let after = views.map { $0.frames[n].timeS }.min()!
            guard before < after else {
                throw object.error(
                    .views,
                    "frame \(n) of one view (\(after) s) is not later than frame \(n - 1) of all (\(before) s); "
                        + "list frames by time, views in step")
            }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode("lamina.geometry", forKey: .schema)
        try object.encode("1.0.0", forKey: .schemaVersion)
        try object.encode(views, forKey: .views)
    }
}
