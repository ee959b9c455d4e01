import Foundation
import Synchronization
import World

/// The daemon's clock: the machine's, or wrong by as many seconds as a file says (`Tests/SkewedClock`).
final class DaemonClock: Sendable {
    private let directory: ScratchDirectory
    /// When the clock became right; nil while it is wrong.
    private let rightSince = Mutex<ContinuousClock.Instant?>(.now - .seconds(3600))

    /// - Parameter days: By how many days it is wrong from the start.
    init(days: Int = 0) throws {
        directory = try ScratchDirectory("clock")
        try put(0)
        try set(days: days)
        guard !Self.canBeWrong || access(library, R_OK) == 0 else { throw WorldError("\(library) has not been built") }
    }

    /// A sanitizer's own library wants to be the first.
    static var canBeWrong: Bool { !Sanitizer.isActive }

    private var library: String {
        URL(fileURLWithPath: Danegate.path).deletingLastPathComponent().appendingPathComponent("libSkewedClock.so").path
    }

    /// Whether it has been right for long enough that no verdict of another time is kept.
    var isRight: Bool { rightSince.withLock { $0.map { .now - $0 > .seconds(8) } ?? false } }

    var environment: [String: String] {
        Self.canBeWrong ? ["LD_PRELOAD": library, "SKEWED_CLOCK": directory.file("offset")] : [:]
    }

    /// Sets it wrong by so many days, or with 0 right.
    func set(days: Int) throws { try set(hours: days * 24) }

    /// Sets it wrong by so many hours, or with 0 right.
    func set(hours: Int) throws {
        if hours != 0 { rightSince.withLock { $0 = nil } }
        try put(Int64(hours) * 3600)
        if hours == 0 { rightSince.withLock { $0 = .now } }
    }

    /// In place: the daemon has mapped the file.
    private func put(_ seconds: Int64) throws {
        let file = open(directory.file("offset"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw WorldError("the clock's file cannot be written: errno \(errno)") }
        defer { close(file) }
        var seconds = seconds
        guard pwrite(file, &seconds, 8, 0) == 8 else { throw WorldError("the clock's file cannot be written") }
    }
}
