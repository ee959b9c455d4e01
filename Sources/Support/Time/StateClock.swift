import Foundation
import Glibc

/// The clocks that the ages of kept things are told by, in milliseconds: an age that lost its fraction at every restart would stand
/// still where there are many.
///
/// As long as the machine is not booted anew, the time since the boot tells how much time passed between two runs, whatever the
/// wall clock was set to meanwhile. Across a boot there is the wall clock alone.
public struct StateClock: Sendable {
    /// What tells this boot from others; nil if that cannot be told.
    package let boot: String?
    /// Milliseconds since the boot.
    package let sinceBoot: @Sendable () -> Int64
    /// Milliseconds since 1970.
    package let wall: @Sendable () -> Int64

    /// The system's clocks.
    public static let system = StateClock(
        boot: try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines),
        sinceBoot: { milliseconds(CLOCK_BOOTTIME) }, wall: { milliseconds(CLOCK_REALTIME) })

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var now = timespec()
        clock_gettime(clock, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }

    /// What is added to the time since the boot for the time that the file counts in.
    ///
    /// - Parameter before: What the file says of the run before; nil in a new file.
    package func offset(after before: Mark?) -> Int64 {
        let now = sinceBoot()
        if let before, let boot, before.boot == boot, before.written <= now { return before.offset }
        return wall() - now
    }

    /// What a file says of the run that wrote it.
    package struct Mark: Equatable {
        /// The boot.
        package let boot: String
        /// What was added to the time since the boot.
        package let offset: Int64
        /// When it was last written to, in milliseconds since the boot.
        package let written: Int64

        /// One of these parts.
        package init(boot: String, offset: Int64, written: Int64) {
            self.boot = boot
            self.offset = offset
            self.written = written
        }
    }
}
