import Foundation
import Synchronization
import World

/// A system that has run out of something, for one daemon (`Tests/ShortSystem`).
final class ShortSystem: Sendable {
    /// The places of the file that the library reads.
    private enum Place: Int { case opening, share, threads, polling, failed }

    private let directory: ScratchDirectory

    init() throws {
        directory = try ScratchDirectory("short")
        guard FileManager.default.createFile(atPath: path, contents: Data(count: 20)) else {
            throw WorldError("\(path) cannot be made")
        }
        // Of whatever user the daemon is.
        chmod(path, 0o666)
        guard access(library, R_OK) == 0 else { throw WorldError("\(library) has not been built") }
    }

    /// A sanitizer's own library wants to be the first.
    static var canBe: Bool { !Sanitizer.isActive }

    private var path: String { directory.file("lack") }

    private var library: String {
        URL(fileURLWithPath: Danegate.path).deletingLastPathComponent().appendingPathComponent("libShortSystem.so").path
    }

    var environment: [String: String] { ["LD_PRELOAD": library, "SHORT_SYSTEM": path] }

    /// Has so many of a hundred calls fail that open something.
    func opening(fails code: Int32, of hundred: Int32 = 100) throws {
        try put(hundred, .share)
        try put(code, .opening)
    }

    /// Has no thread made; with 0, has them made again.
    func threads(fail code: Int32) throws { try put(code, .threads) }

    /// Has poll(2) fail; with 0, has it work again.
    func polling(fails code: Int32) throws { try put(code, .polling) }

    /// How many calls have failed.
    var failed: Int {
        let data = try? Data(contentsOf: URL(fileURLWithPath: path))
        return Int(data?.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 16, as: Int32.self) } ?? 0)
    }

    /// In place: the daemon has mapped the file.
    private func put(_ number: Int32, _ place: Place) throws {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw WorldError("\(path) cannot be written: errno \(errno)") }
        defer { close(file) }
        var number = number
        guard pwrite(file, &number, 4, off_t(place.rawValue * 4)) == 4 else {
            throw WorldError("\(path) cannot be written")
        }
    }
}
