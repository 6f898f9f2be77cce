import Foundation
import Testing

@testable import ZeroMQ

@Suite struct ConnectionIntakeTests {
    /// Both ends of a TCP connection within this machine.
    private final class Connection {
        let sender: Int32
        let receiver: Int32

        init() throws {
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(listener) }
            let sender = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isConnected = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    bind(listener, address, size) == 0 && listen(listener, 1) == 0 && getsockname(listener, address, &size) == 0
                        && connect(sender, address, size) == 0
                }
            }
            (self.sender, receiver) = (sender, accept(listener, nil, nil))
            try #require(isConnected && receiver >= 0)
        }

        deinit { for end in [sender, receiver] { close(end) } }

        /// Sends bytes and waits until they are there, unread.
        func send(_ count: Int) {
            let bytes = [UInt8](repeating: 1, count: count)
            precondition(write(sender, bytes, count) == count)
            var waiting: Int32 = 0
            while ioctl(receiver, UInt(FIONREAD), &waiting) == 0, Int(waiting) < count { usleep(1000) }
        }
    }

    private func limits(_ bytes: Int) -> SocketLimits { SocketLimits(partBytes: bytes, messageBytes: bytes, waiting: 1) }

    @Test func whatComesInIsCountedFromTheLastMessageOn() throws {
        let connection = try Connection()
        connection.send(500)
        var intake = ConnectionIntake(connection.receiver)
        #expect(!intake.exceeds(limits(0)))
        connection.send(1500)
        #expect(intake.exceeds(limits(999)) && intake.exceeds(limits(1499)) && !intake.exceeds(limits(1500)))
        intake.restart()
        #expect(!intake.exceeds(limits(0)))
    }

    /// libzmq may close the connection at any time.
    @Test func aDescriptorThatIsNoConnectionSaysNothing() {
        var intake = ConnectionIntake(-1)
        #expect(!intake.exceeds(limits(0)))
        intake = ConnectionIntake(STDERR_FILENO)
        #expect(!intake.exceeds(limits(0)))
    }
}
