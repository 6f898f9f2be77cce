import Anatomy

extension VertebraLabels {
    /// Those of `all` that matter to a plan of `wanted`: whatever is about the map or its numbering, and of what is about single levels that
    /// on the wanted ones and their labelled neighbours, whose bone keeps a screw's distance.
    public func relevant(_ all: [LabelWarning], to wanted: [VertebraLevel]) -> [LabelWarning] {
        let near = Set(wanted.flatMap { level in [level, levels.last { $0 < level }, levels.first { $0 > level }].compactMap(\.self) })
        return all.filter { !$0.code.isLocal || $0.levels.contains(where: near.contains) }
    }
}
