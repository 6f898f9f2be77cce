import Protocols

/// X-ray moments one after the other, from files or as they are taken. Not for several threads at once.
public protocol FluoroscopySource: AnyObject {
    /// How many moments there will be; nil where nobody knows yet.
    var expectedCount: Int? { get }
    /// What there was to warn of until now.
    var warnings: [CommandWarning] { get }

    /// The next moment in the order of time, of the same views in the same order each time; nil at the end. May wait for it.
    func next() throws -> FluoroscopyMoment?
}
