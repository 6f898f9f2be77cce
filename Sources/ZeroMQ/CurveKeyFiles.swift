import Foundation

/// Keys in files, in the form that libzmq's other bindings read and write (ZPL: `curve`, then `public-key` and `secret-key` in quotes).
///
/// In a publisher's folder: `server.key`, `server.key_secret`, and in `clients/` the public key of everyone who may listen. In a client's: `server.key` and its own
/// `NAME.key_secret`.
public struct CurveKeyFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    /// - Throws: `ZeroMQError.badKey`.
    public func server() throws(ZeroMQError) -> CurveServer {
        let clients = path + "/clients"
        return CurveServer(keys: try readPair(path + "/server.key_secret")) {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: clients)) ?? []
            return Set(names.filter { $0.hasSuffix(".key") }.compactMap { try? readPublicKey(clients + "/" + $0) })
        }
    }

    /// - Throws: `ZeroMQError.badKey`.
    public func client() throws(ZeroMQError) -> CurveClient {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter {
            $0.hasSuffix(".key_secret") && $0 != "server.key_secret"
        }
        guard let name = names.first, names.count == 1 else {
            throw .badKey(
                file: path, reason: "it holds \(names.count) files NAME.key_secret of a client; it has to hold one, and server.key")
        }
        return CurveClient(keys: try readPair(path + "/" + name), server: try readPublicKey(path + "/server.key"))
    }
}

/// The text of a public key's file, and of a pair's.
public func keyFileText(_ publicKey: CurveKey, secret: CurveKey? = nil) -> String {
    let kind = secret == nil ? "public key: give it to whoever has to know this peer" : "secret key: keep it where it is"
    let secretLine = secret.map { "    secret-key = \"\($0.text)\"\n" } ?? ""
    return "#   ZeroMQ CURVE, \(kind)\n\nmetadata\ncurve\n    public-key = \"\(publicKey.text)\"\n\(secretLine)"
}

/// - Throws: `ZeroMQError.badKey`.
func readPublicKey(_ file: String) throws(ZeroMQError) -> CurveKey { try readKey("public-key", file) }

/// - Throws: `ZeroMQError.badKey`; for a secret that others can read too.
func readPair(_ file: String) throws(ZeroMQError) -> CurveKeyPair {
    let keys = CurveKeyPair(publicKey: try readKey("public-key", file), secretKey: try readKey("secret-key", file))
    var status = stat()
    guard stat(file, &status) == 0, status.st_mode & 0o077 == 0 else {
        throw .badKey(file: file, reason: "others than you can read this secret; chmod 600, or better make new keys")
    }
    return keys
}

private func readKey(_ name: String, _ file: String) throws(ZeroMQError) -> CurveKey {
    guard let data = FileManager.default.contents(atPath: file) else { throw .badKey(file: file, reason: "there is no such file") }
    // A key's file has some hundred bytes.
    for line in String(decoding: data.prefix(4096), as: UTF8.self).split(whereSeparator: \.isNewline) {
        let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        guard parts.count == 2, parts[0] == name else { continue }
        if let key = CurveKey(text: parts[1].trimmingCharacters(in: CharacterSet(charactersIn: "\"'"))) { return key }
    }
    throw .badKey(file: file, reason: "it has no line \(name) = \"...\" with 40 characters of Z85; make keys with 'lamina keys'")
}
