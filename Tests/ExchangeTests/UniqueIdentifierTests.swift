import Testing

@testable import Exchange

@Suite struct UniqueIdentifierTests {
    /// SHA-256 of "abc" begins ba7816bf8f01cfea414140de5dae2223; version 8 and the variant's two bits set, the rest kept.
    @Test func isTheNumberOfAUUID() throws {
        let number = try #require(UInt128("ba7816bf8f018fea814140de5dae2223", radix: 16))
        #expect(uniqueIdentifier(of: "abc") == "2.25.\(number)" && uniqueIdentifier(of: "abc").count <= 64)
        #expect(uniqueIdentifier(of: "abd") != uniqueIdentifier(of: "abc"))
    }
}
