import Foundation
import Testing

@testable import Protocols

struct OpenIGTLinkMessageTests {
    /// The check value that catalogues of CRCs give for CRC-64/ECMA-182.
    @Test func theChecksumIsECMA182s() { #expect(crc64(Data("123456789".utf8)) == 0x6C40_DF5F_0B49_7347) }

    @Test func aHeaderIsReadAgain() throws {
        let message = OpenIGTLinkMessage(type: "STATUS", device: "T12", timeNS: 1_500_000_000, content: Data([1, 2, 3]))
        let bytes = message.encoded(.one)
        let header = try #require(OpenIGTLinkHeader(bytes.prefix(58)))
        #expect(header.type == "STATUS" && header.bodyBytes == 3 && bytes.count == 61)
        // One second and a half.
        #expect(Array(bytes[34..<42]) == [0, 0, 0, 1, 0x80, 0, 0, 0])
        #expect(OpenIGTLinkHeader(bytes.prefix(57)) == nil && OpenIGTLinkHeader(Data(count: 58)) == nil)
    }

    @Test func metadataStandBehindTheContent() throws {
        let message = OpenIGTLinkMessage(
            type: "TRANSFORM", device: "T12", timeNS: 0, content: Data([9]), metadata: [(key: "a", value: "bc"), (key: "de", value: "")])
        let body = message.encoded(.two).dropFirst(58)
        let table: [UInt8] = [0, 2, 0, 1, 0, 3, 0, 0, 0, 2, 0, 2, 0, 3, 0, 0, 0, 0]
        #expect(Array(body) == [0, 12, 0, 18, 0, 0, 0, 5, 0, 0, 0, 0, 9] + table + Array("abcde".utf8))
    }
}
