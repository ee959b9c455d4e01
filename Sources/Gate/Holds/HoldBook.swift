import Logging
import DANE
package import Records
import Support
import Synchronization

/// The holds, for the doors and the probe. No I/O. If there are none, a look-up costs one load.
public final class HoldBook: Sendable {
    private let number = Atomic<Int>(0)
    private let table = Mutex(HoldTable())

    /// No holds.
    public init() {}

    /// Whether there are none.
    var isEmpty: Bool { number.load(ordering: .relaxed) == 0 }

    /// The holds that have not ended.
    func live(at now: Int64 = unixTime()) -> [Hold] {
        isEmpty ? [] : table.withLock { $0 }.live(at: now).all
    }

    /// The hold that covers a name, if there is one.
    func hold(on name: DomainName, at now: Int64) -> Hold? { current?.hold(on: name, at: now) }

    /// The hold that covers an address, if there is one.
    func hold(on address: IPAddress, at now: Int64) -> Hold? { current?.hold(on: address, at: now) }

    private var current: HoldTable? {
        isEmpty ? nil : table.withLockBarging { $0 }
    }

    /// Replaces the holds.
    func replace(_ holds: HoldTable) {
        table.withLock { $0 = holds }
        number.store(holds.all.count, ordering: .relaxed)
    }

    /// Reads the file every second, until it is cancelled, and logs changes. If the file cannot be read, nothing
    /// changes.
    package func follow(_ file: HoldFile, _ log: GateLog) async {
        var before: Set<Hold> = []
        var complaint: String?
        while !Task.isCancelled {
            do throws(HoldFileError) {
                let live = try file.read().live(at: unixTime())
                replace(live)
                complaint = nil
                let now = Set(live.all)
                for hold in now.subtracting(before) { Self.tell(hold, "on", log) }
                for hold in before.subtracting(now) { Self.tell(hold, "off", log) }
                before = now
            } catch {
                if complaint != error.sentence {
                    complaint = error.sentence
                    log.event(
                        .warning, LogLine(event: "hold").adding("result", "kept-old").adding("cause", error.sentence))
                }
            }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private static func tell(_ hold: Hold, _ result: String, _ log: GateLog) {
        log.event(
            .notice,
            LogLine(event: "hold").adding("result", result).adding("neighbourhood", hold.subject.description)
                .adding("until", UnixTime.minute(hold.until)).adding("by", hold.by))
    }
}
