import Digests
import Foundation
import Testing

@Suite struct HashChainTests {
    /// 'printf abc | sha256sum'
    @Test func namesTheLineBefore() {
        var chain = HashChain()
        #expect(chain.number == 0 && chain.previous == String(repeating: "0", count: 64))
        chain.add(Data("abc".utf8))
        #expect(chain.number == 1 && chain.previous == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
