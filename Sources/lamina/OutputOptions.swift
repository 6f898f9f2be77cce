import ArgumentParser

/// Options of every subcommand that say how it speaks.
struct OutputOptions: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print one JSON summary on stdout instead of text.")
    var isJSON = false

    @Flag(name: .shortAndLong, help: "No progress and no warnings on stderr; errors stay.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say how long each stage took.")
    var verbose = false

    init() {}
    init(isJSON: Bool) {
        self.isJSON = isJSON
        quiet = false
        verbose = false
    }

    func validate() throws {
        if quiet && verbose { throw ValidationError("-q and -v exclude each other") }
    }
}
