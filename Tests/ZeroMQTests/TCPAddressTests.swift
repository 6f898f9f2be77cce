import Testing
import ZeroMQ

@Suite struct TCPAddressTests {
    @Test func hostsAndPortsAreRead() throws {
        let named = try TCPAddress("tcp://grabber-2.or3:5556")
        #expect(named.host == "grabber-2.or3" && named.port == 5556 && "\(named)" == "tcp://grabber-2.or3:5556")
        let numbered = try TCPAddress("tcp://[fe80::1]:80")
        #expect(numbered.host == "fe80::1" && "\(numbered)" == "tcp://[fe80::1]:80")
    }

    /// A name that only looks like this machine is another one's.
    @Test func loopbackIsThisMachineAlone() throws {
        for own in ["localhost", "127.0.0.1", "127.1.2.3", "[::1]"] { #expect(try TCPAddress("tcp://\(own):1").isLoopback) }
        for other in ["127.evil.example", "10.0.0.1", "127.0.0.1.example", "[::2]", "localhost.example", "1127.0.0.1", "127.0.0"] {
            #expect(try !TCPAddress("tcp://\(other):1").isLoopback, "\(other)")
        }
    }

    @Test(arguments: [
        "", "127.0.0.1:5", "ipc:///tmp/x", "tcp://", "tcp://host", "tcp://host:", "tcp://host:0", "tcp://host:65536", "tcp://host:-1",
        "tcp://:5556",
        "tcp://*:5556", "tcp://ho st:5", "tcp://host/x:5", "tcp://[]:5", "tcp://a:b:5", "tcp://eth0;x:5",
    ])
    func whatIsNoAddressIsRefused(text: String) {
        do {
            _ = try TCPAddress(text)
            Issue.record("accepted \(text)")
        } catch {
            #expect(error.code == "bad_address" && "\(error)".contains("tcp://HOST:PORT"))
        }
    }
}
