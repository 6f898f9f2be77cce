import ArgumentParser
import CaseFolder
import Foundation
import Protocols
import Signatures
import ZeroMQ

/// `lamina keys`: the keys that encrypt a pose stream and say who may listen, and those that sign plans.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make keys for a pose stream and its listeners, and for who signs plans.",
        discussion: """
            Makes the publisher's keys in FOLDER when there are none, and with --client NAME the keys of one listener: its public key goes onto the publisher's list \
            (FOLDER/clients/NAME.key), and FOLDER/for/NAME is the folder to hand over to it and then to delete here. Whoever's key is taken off the list is refused at its next \
            connection. 'lamina navigate --curve-keys FOLDER', 'lamina subscribe --curve-keys FOLDER/for/NAME'. Exit codes: 0 made, 2 usage, 6 storage.
            """)

    @Argument(help: "The publisher's folder of keys.", completion: .directory)
    var folder: String

    @Option(help: "A listener to make keys for: 1 to 32 letters, digits, - and _; repeatable.")
    var client: [String] = []

    @Option(
        help:
            "Who signs plans: makes FOLDER/NAME.pem, the private key (PKCS 8, Ed25519), and FOLDER/NAME.pub, and nothing for the stream unless asked for; repeatable."
    )
    var signing: [String] = []

    @OptionGroup var printing: OutputOptions

    func validate() throws {
        for name in client + signing where !(1...32).contains(name.utf8.count) || !name.allSatisfy(\.isPlain) || name == "server" {
            throw ValidationError("--client and --signing take 1 to 32 letters, digits, - and _, and not 'server'")
        }
    }

    func run() throws {
        try runLogged("keys", options: printing) { log in
            var lines = try signing.map(makeSigningKey)
            guard signing.isEmpty || !client.isEmpty else { return CommandOutcome(output: folder, text: lines.joined(separator: "\n")) }
            let server = folder + "/server.key"
            if !FileManager.default.fileExists(atPath: server + "_secret") {
                try write(CurveKeyPair.generated(), to: server)
                lines.append("\(server)_secret: the publisher's secret. Keep it here")
            }
            try makeFolder(folder + "/clients")
            let publicKey = try CurveKeyFolder(folder).server().keys.publicKey
            for name in client {
                let keys = CurveKeyPair.generated()
                let (listed, handed) = ("\(folder)/clients/\(name).key", "\(folder)/for/\(name)")
                try checkAbsent(listed, of: name, remedy: "Remove this file to take \(name) off the list, then make new keys")
                try makeFolder(handed)
                try writeNew(keyFileText(keys.publicKey, secret: keys.secretKey), to: "\(handed)/\(name).key_secret", mode: 0o600)
                try writeNew(keyFileText(publicKey), to: handed + "/server.key", mode: 0o644)
                try writeNew(keyFileText(keys.publicKey), to: listed, mode: 0o644)
                lines.append("\(handed): hand this folder over to \(name), then delete it here")
            }
            return CommandOutcome(
                output: folder, text: lines.isEmpty ? "\(folder): the publisher has keys; nothing was made" : lines.joined(separator: "\n"))
        }
    }

    /// Returns what to say of it.
    private func makeSigningKey(of name: String) throws -> String {
        let (secret, open) = ("\(folder)/\(name).pem", "\(folder)/\(name).pub")
        for path in [secret, open] { try checkAbsent(path, of: name, remedy: "Choose another name, or keep using this key") }
        try makeFolder(folder)
        let key = SigningKey.generated()
        try writeNew(key.pem, to: secret, mode: 0o600)
        try writeNew(key.publicKey.pem, to: open, mode: 0o644)
        return "\(secret): \(name)'s secret for 'lamina approve'. Keep it; give \(open) to those who check approvals"
    }

    private func checkAbsent(_ path: String, of name: String, remedy: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        throw CommandFailure(
            .usage, code: "key_exists", what: "\(name) has keys already, and none are ever written over", place: path, remedy: remedy)
    }

    private func write(_ keys: CurveKeyPair, to path: String) throws {
        try makeFolder((path as NSString).deletingLastPathComponent)
        try writeNew(keyFileText(keys.publicKey, secret: keys.secretKey), to: path + "_secret", mode: 0o600)
        try writeNew(keyFileText(keys.publicKey), to: path, mode: 0o644)
    }

    private func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandFailure(
                .storage, code: "input_output", what: "the folder cannot be made: \(error.localizedDescription)", place: path)
        }
    }

    /// Never readable by others, not even while it is written.
    private func writeNew(_ text: String, to path: String, mode: mode_t) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw CommandFailure(
                .storage, code: "input_output", what: "it cannot be written: \(String(cString: strerror(errno)))", place: path)
        }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Foundation.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw CommandFailure(
                .storage, code: "input_output", what: "it cannot be written: \(String(cString: strerror(errno)))", place: path)
        }
    }
}
