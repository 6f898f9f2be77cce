import Foundation
import Protocols

/// A Chromium without a window, which makes PDFs of pages. It is no part of lamina and need not be there.
struct PagePrinter {
    private let program: String

    /// - Throws: `CommandFailure` where there is none.
    init() throws {
        let environment = ProcessInfo.processInfo.environment
        let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
        let found = folders.flatMap { folder in names.map { folder + "/" + $0 } }
        let candidates = environment["LAMINA_CHROMIUM"].map { [$0] } ?? found
        guard let program = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw CommandFailure(
                .storage, code: "no_chromium", what: "a PDF is printed by Chromium, and there is none on this machine",
                place: environment["LAMINA_CHROMIUM"] ?? "--pdf",
                remedy: "apt-get install chromium, or open report.html in any browser and print it there")
        }
        self.program = program
    }

    /// - Throws: `CommandFailure` where Chromium does not print within two minutes.
    func pdf(ofPageAt path: String) throws -> Data {
        let work = FileManager.default.temporaryDirectory.appendingPathComponent("lamina-print-\(UUID().uuidString)")
        do { try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true) } catch {
            throw failed("there is no room to work in: \(error.localizedDescription)")
        }
        defer { try? FileManager.default.removeItem(at: work) }
        let file = work.appendingPathComponent("report.pdf")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments =
            options + ["--user-data-dir=\(work.path)/profile", "--print-to-pdf=\(file.path)", URL(fileURLWithPath: path).absoluteString]
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        do { try process.run() } catch { throw failed("it cannot be started: \(error.localizedDescription)") }
        let deadline = Date(timeIntervalSinceNow: 120)
        while process.isRunning, Date() < deadline { usleep(20_000) }
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            throw failed("it took more than two minutes")
        }
        process.waitUntilExit()
        // A program that ended well has written all of it.
        guard process.terminationStatus == 0, let bytes = try? Data(contentsOf: file), bytes.starts(with: Data("%PDF".utf8)) else {
            throw failed("it ended with \(process.terminationStatus) and wrote no whole PDF")
        }
        return bytes
    }

    private var options: [String] {
        // The view in space needs WebGL, which SwiftShader gives where there is no graphics card.
        let all = [
            "--headless=new", "--no-pdf-header-footer", "--hide-scrollbars", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
            "--no-first-run", "--disable-background-networking",
        ]
        // Chromium does not start as root with its sandbox; the page is lamina's own, verified, and reaches no network.
        return all + (geteuid() == 0 ? ["--no-sandbox"] : [])
    }

    private func failed(_ why: String) -> CommandFailure {
        CommandFailure(
            .storage, code: "print_failed", what: "Chromium did not print: \(why)", place: program,
            remedy: "Open report.html in any browser and print it there")
    }
}
