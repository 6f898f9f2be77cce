import CZeroMQ
import Foundation

/// What has come in over a socket's connection since the last whole message was handed on.
///
/// libzmq keeps the parts of a message to itself until the last is there, however many there are, and bounds only the size of each. How many bytes have come the kernel
/// knows; how much memory parts of a few bytes take, thirty times their size, shows in that of the process.
struct ConnectionIntake {
    /// Libzmq's. It may be closed at any time, and then no bytes are known of it, or those of the connection that has its number now.
    private let descriptor: Int32
    private var bytesBefore: Int64
    private var memoryBefore: Int64

    /// From now on.
    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        (bytesBefore, memoryBefore) = (Int64(lamina_tcp_bytes_received(descriptor)), residentBytes())
    }

    /// A whole message was handed on.
    mutating func restart() { self = ConnectionIntake(descriptor) }

    /// Whether more came, while no message was ready, than any message may hold.
    func exceeds(_ limits: SocketLimits) -> Bool {
        let bytes = Int64(lamina_tcp_bytes_received(descriptor)) - bytesBefore
        if bytes > Int64(limits.messageBytes) { return true }
        return bytes > littleTraffic && residentBytes() - memoryBefore > Int64(limits.messageBytes)
    }
}

/// Below this many bytes growing memory is somebody else's, such as a search for the patient that runs while a frame comes in; no frame of 16 bits and
/// 2000 x 2000 pixels has more.
private let littleTraffic: Int64 = 8 << 20

/// Of this process; 0 where the kernel does not say.
private func residentBytes() -> Int64 {
    // Pages: of the address space, then the resident ones.
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ").dropFirst().first.flatMap {
        Int64($0)
    }
    return (pages ?? 0) * Int64(sysconf(Int32(_SC_PAGESIZE)))
}
