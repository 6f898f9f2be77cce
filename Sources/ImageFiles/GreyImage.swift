/// A grey picture in the numbers of its file: no window, no look-up table and no gamma applied.
public struct GreyImage: Equatable, Sendable {
    public var columns: Int
    public var rows: Int
    /// Row by row, `columns * rows` numbers; NaN where a file of floating-point numbers has none that is finite.
    public var values: [Float]

    public init(columns: Int, rows: Int, values: [Float]) {
        precondition(values.count == columns * rows, "one value for each pixel")
        self.columns = columns
        self.rows = rows
        self.values = values
    }
}
