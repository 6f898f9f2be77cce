import Anatomy

/// Mean sizes of one level, mm and degrees: what a vertebra of that level looks like before the seed varies it.
///
/// Pedicle widths and heights, canal sizes from T11 down, and pedicle angles are means gathered from published morphometry, which differ between
/// series (most at L1, L5 and T12); the other numbers only have to look right. None of them is evidence: do not plan with them.
struct LevelAnatomy {
    var bodyWidth: Double
    var bodyDepth: Double
    var bodyHeight: Double
    /// Height of the disc below.
    var discBelow: Double
    var pedicleWidth: Double
    var pedicleWidthSD: Double
    var pedicleHeight: Double
    /// Transverse angle towards the midline on the way forward.
    var convergence: Double
    /// Caudal angle on the way forward.
    var caudal: Double
    var canalWidth: Double
    var canalDepth: Double
    /// Forward tilt of the vertebra in the sagittal plane of a standing textbook spine.
    var tilt: Double
    /// Angle between the endplates, positive when the body is lower in front.
    var wedge: Double
    var transverseProcess: Double
    var spinousLength: Double
    /// Angle of the spinous process below the horizontal.
    var spinousSlope: Double
    var spinousHeight: Double
    /// Direction that the superior facets face: 0 straight back, 90 straight to the midline.
    var facetAngle: Double

    // swift-format-ignore: the table is read by column
    private static let table: [VertebraLevel: [Double]] = [
        //     body            disc  pedicle w sd  h     conv  caud  canal       tilt  wedge TP    spinous         facet
        .t1: [29, 18.0, 16.5, 4.0, 9.3, 1.0, 9.0, 33, 16, 20.0, 15.0, 28, 1.0, 24, 30, 25, 9.0, 15],
        .t2: [28, 19.0, 17.5, 4.0, 7.5, 1.0, 10.3, 28, 17, 18.0, 15.0, 25, 1.5, 22, 30, 35, 9.0, 12],
        .t3: [27, 20.5, 18.0, 3.5, 6.0, 0.9, 10.4, 20, 17, 17.0, 15.0, 22, 2.0, 21, 31, 42, 8.5, 10],
        .t4: [27, 22.0, 18.5, 3.5, 4.5, 0.9, 10.3, 15, 17, 16.5, 15.0, 18, 2.5, 21, 33, 48, 8.0, 10],
        .t5: [28, 23.5, 19.0, 3.5, 5.0, 0.9, 10.6, 12, 17, 16.5, 15.0, 14, 2.5, 21, 35, 54, 8.0, 10],
        .t6: [29, 25.0, 19.5, 4.0, 5.5, 0.9, 10.2, 11, 17, 16.5, 15.0, 10, 2.5, 21, 36, 57, 8.0, 10],
        .t7: [30, 26.5, 20.0, 4.0, 6.0, 0.9, 10.4, 10, 17, 16.5, 15.0, 6, 2.5, 21, 37, 58, 8.0, 10],
        .t8: [31, 27.5, 20.5, 4.5, 6.3, 0.9, 10.9, 10, 17, 16.5, 15.0, 2, 2.5, 20, 36, 56, 8.5, 10],
        .t9: [32, 28.5, 21.5, 5.0, 6.3, 0.9, 12.0, 9, 17, 17.0, 15.0, -2, 2.0, 19, 33, 50, 9.0, 10],
        .t10: [34, 29.5, 22.5, 5.5, 6.5, 1.0, 13.7, 8, 16, 18.0, 15.2, -6, 2.0, 17, 29, 40, 10.5, 10],
        .t11: [37, 30.0, 24.0, 6.0, 7.8, 1.2, 15.0, 6, 15, 20.4, 16.0, -9, 2.0, 11, 26, 26, 13.0, 12],
        .t12: [40, 31.0, 25.5, 7.0, 8.3, 1.5, 15.0, 2, 8, 23.3, 17.2, -11, 2.0, 9, 26, 15, 16.0, 20],
        .l1: [42, 32.0, 27.0, 8.0, 7.5, 1.5, 15.4, 14, 5, 24.1, 17.2, -12, 1.5, 18, 29, 10, 20.0, 60],
        .l2: [44, 33.0, 27.5, 9.0, 8.2, 1.6, 14.9, 16, 1, 24.4, 16.0, -9, 0.0, 22, 31, 8, 22.0, 60],
        .l3: [46, 34.0, 28.0, 10.0, 9.7, 1.8, 14.5, 18, 0, 25.2, 15.1, -2, -1.0, 26, 31, 8, 22.0, 56],
        .l4: [48, 34.5, 28.0, 11.0, 11.5, 2.0, 14.2, 21, 0, 26.4, 17.1, 8, -3.0, 22, 29, 10, 20.0, 50],
        .l5: [51, 34.5, 28.0, 10.0, 14.6, 2.4, 14.7, 28, 0, 30.3, 21.0, 22, -8.0, 18, 23, 16, 15.0, 44],
        .s1: [52, 33.0, 30.0, 3.0, 16.0, 2.0, 20.0, 30, 0, 31.0, 18.0, 40, -6.0, 5, 14, 25, 10.0, 40],
    ]

    /// The levels with a table row, from head to sacrum.
    static let levels = VertebraLevel.craniocaudal.filter { table[$0] != nil }

    /// The mean anatomy of a level, or nil where the phantom has none (cervical levels and the variants T13 and L6).
    init?(_ level: VertebraLevel) {
        guard let row = LevelAnatomy.table[level] else { return nil }
        (bodyWidth, bodyDepth, bodyHeight, discBelow) = (row[0], row[1], row[2], row[3])
        (pedicleWidth, pedicleWidthSD, pedicleHeight) = (row[4], row[5], row[6])
        (convergence, caudal, canalWidth, canalDepth) = (row[7], row[8], row[9], row[10])
        (tilt, wedge, transverseProcess) = (row[11], row[12], row[13])
        (spinousLength, spinousSlope, spinousHeight, facetAngle) = (row[14], row[15], row[16], row[17])
    }
}
