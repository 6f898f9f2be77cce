/// The nodes of a 3D Slicer scene file as they come together; files lie in Data/.
struct MRMLScene {
    private let caption: String
    private var nodes: [String] = []
    private var counts: [String: Int] = [:]

    /// - Parameter caption: what the segmentation's description says of the whole case.
    init(caption: String) { self.caption = caption }

    var xml: String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <MRML version="Slicer5.0.0" userTags="">

        """ + nodes.map { " \($0)\n" }.joined() + "</MRML>\n"
    }

    /// The CT, shown in the three slice views.
    mutating func addVolume() {
        let display = add(
            "VolumeDisplay", "vtkMRMLScalarVolumeDisplayNode", "CT display",
            [
                ("colorNodeID", "vtkMRMLColorTableNodeGrey"), ("window", "1800"), ("level", "400"), ("autoWindowLevel", "0"),
                ("interpolate", "1"),
            ])
        let storage = add("VolumeArchetypeStorage", "vtkMRMLVolumeArchetypeStorageNode", "CT storage", [("fileName", "Data/CT.nrrd")])
        let volume = add("Volume", "vtkMRMLScalarVolumeNode", "CT", [("description", "Hounsfield units"), references(display, storage)])
        nodes.append(
            #"<Selection id="vtkMRMLSelectionNodeSingleton" name="Selection" singletonTag="Singleton" references="ActiveVolume:\#(volume);"></Selection>"#
        )
        for view in ["Red", "Yellow", "Green"] {
            nodes.append(
                #"<SliceComposite id="vtkMRMLSliceCompositeNode\#(view)" name="SliceComposite" singletonTag="\#(view)" layoutName="\#(view)" "#
                    + #"references="backgroundVolume:\#(volume);"></SliceComposite>"#)
        }
    }

    mutating func addSegmentation() {
        let display = add(
            "SegmentationDisplay", "vtkMRMLSegmentationDisplayNode", "Vertebrae display",
            [
                ("visibility", "true"), ("visibility2D", "true"), ("visibility3D", "false"),
            ])
        let storage = add(
            "SegmentationStorage", "vtkMRMLSegmentationStorageNode", "Vertebrae storage", [("fileName", "Data/Vertebrae.seg.nrrd")])
        _ = add("Segmentation", "vtkMRMLSegmentationNode", "Vertebrae", [("description", caption), references(display, storage)])
    }

    mutating func addModel(_ name: String, _ appearance: Appearance, description: String) {
        let display = add(
            "ModelDisplay", "vtkMRMLModelDisplayNode", "\(name) display",
            [
                ("color", triple(appearance)), ("visibility", "true"), ("visibility2D", "true"),
                ("opacity", appearance == .bone ? "0.6" : "1"),
            ])
        let storage = add(
            "ModelStorage", "vtkMRMLModelStorageNode", "\(name) storage", [("fileName", "Data/\(name).stl"), ("coordinateSystem", "LPS")])
        _ = add("Model", "vtkMRMLModelNode", name, [("description", description), references(display, storage)])
    }

    /// The size stands in attributes, because Slicer writes the line's measured length over its description; the points' descriptions say it too.
    mutating func addLine(_ screw: ExportedScrew) {
        let colour = triple(screw.appearance)
        let display = add(
            "MarkupsDisplay", "vtkMRMLMarkupsDisplayNode", "\(screw.name) line display",
            [("color", colour), ("selectedColor", colour), ("visibility", "true")])
        let storage = add(
            "MarkupsJsonStorage", "vtkMRMLMarkupsJsonStorageNode", "\(screw.name) line storage",
            [("fileName", "Data/\(screw.name).mrk.json")])
        let sizes = "lamina.diameter_mm:\(brief(screw.diameter));lamina.length_mm:\(brief(screw.length))"
        _ = add(
            "MarkupsLine", "vtkMRMLMarkupsLineNode", screw.name, [("attributes", sizes), ("locked", "0"), references(display, storage)])
    }

    /// Adds a node under the class's next number, and returns its id.
    private mutating func add(_ tag: String, _ kind: String, _ name: String, _ attributes: [(String, String)]) -> String {
        counts[kind, default: 0] += 1
        let id = "\(kind)\(counts[kind]!)"
        let all = [("id", id), ("name", name)] + attributes
        nodes.append("<\(tag) " + all.map { #"\#($0.0)="\#(escapedXML($0.1))""# }.joined(separator: " ") + "></\(tag)>")
        return id
    }

    private func references(_ display: String, _ storage: String) -> (String, String) {
        ("references", "display:\(display);storage:\(storage);")
    }

    private func triple(_ appearance: Appearance) -> String { appearance.fractions.map { "\($0)" }.joined(separator: " ") }
}
