/// What a reader of the plan should know about a vertebra's label and fit.
func findings(about cut: LabelledMask, fit: VertebraFrameFit, parameters: VertebraParameters) -> [Finding] {
    var found: [Finding] = []
    if cut.strayFraction > 0.005 {
        let percent = 100 * cut.strayFraction
        found.append(
            Finding(
                "label_in_pieces", "\(oneDecimal(percent)) % of the label lay apart from its largest piece and was left out",
                ["stray_percent": percent]))
    }
    if cut.areaOnViewFaces > 0 {
        found.append(
            Finding(
                "label_meets_view_edge", "the label meets the edge of the CT over \(oneDecimal(cut.areaOnViewFaces)) mm²",
                ["area_mm2": cut.areaOnViewFaces]))
    }
    for (name, plate) in [("superior", fit.superior), ("inferior", fit.inferior)] where plate.rmse > parameters.goodEndplateRMSE {
        found.append(
            Finding(
                "uneven_endplate", "the \(name) endplate is \(oneDecimal(plate.rmse)) mm (RMS) off a plane, so its direction is less sure",
                ["rmse_mm": plate.rmse]))
    }
    if let closing = fit.canal.map(\.closing).max(), closing > 0 {
        found.append(
            Finding(
                "canal_closed_by_thickening",
                "the label's arch has a gap: its ring round the canal closed only with bone made \(oneDecimal(closing)) mm thicker",
                ["closing_mm": closing]))
    }
    return found
}

/// A number for a sentence, with two decimals: where one would hide which side of a limit it lies on.
func twoDecimals(_ value: Double) -> String {
    let hundredths = Int((abs(value) * 100).rounded())
    let sign = value < 0 && hundredths > 0 ? "-" : ""
    return "\(sign)\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
}

/// A number for a sentence, with one decimal.
func oneDecimal(_ value: Double) -> String {
    let tenths = (abs(value) * 10).rounded()
    return (value < 0 && tenths > 0 ? "-" : "") + "\(Int(tenths) / 10).\(Int(tenths) % 10)"
}
