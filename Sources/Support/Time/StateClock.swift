import Foundation

/// The clocks for the ages of stored things, in milliseconds. If an age lost its fraction at every restart, it would
/// never grow with frequent restarts.
///
/// As long as the machine is not rebooted, the time since the boot tells how much time has passed between two runs,
/// however the wall clock was set. Across a reboot, there is only the wall clock.
public struct StateClock: Sendable {
    /// Identifies this boot; nil if that is not possible.
    package let boot: String?
    /// Milliseconds since the boot.
    package let sinceBoot: @Sendable () -> Int64
    /// Milliseconds since 1970.
    package let wall: @Sendable () -> Int64

    /// The clocks of the system.
    public static let system = StateClock(
        boot: try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines),
        sinceBoot: { SystemClock.sinceBoot.milliseconds }, wall: { SystemClock.wall.milliseconds })

    /// The number to add to the time since the boot to get the file's time.
    ///
    /// - Parameter before: What the file says about the previous run; nil for a new file.
    package func offset(after before: Mark?) -> Int64 {
        let now = sinceBoot()
        if let before, let boot, before.boot == boot, before.written <= now { return before.offset }
        return wall() - now
    }

    /// What a file says about the run that wrote it.
    package struct Mark: Equatable {
        /// The boot.
        package let boot: String
        /// The number that was added to the time since the boot.
        package let offset: Int64
        /// When it was last written, in milliseconds since the boot.
        package let written: Int64

        /// Makes one from its parts.
        package init(boot: String, offset: Int64, written: Int64) {
            self.boot = boot
            self.offset = offset
            self.written = written
        }
    }
}
