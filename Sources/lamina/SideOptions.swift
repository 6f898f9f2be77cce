import ArgumentParser

/// What only a person can say about a patient's sides.
struct SideOptions: ParsableArguments {
    @Flag(help: "The patient is known to have situs inversus (liver on the left). Without it such labels are refused as mirrored.")
    var situsInversus = false
}
