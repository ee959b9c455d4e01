import Logging
import Policy
import Synchronization
import Testing

@testable import Records
@testable import Support

/// What libraries say through swift-log is in danegate's log, however much it is and whatever is in it.
@Suite(.timeLimit(.minutes(1))) struct LibraryLogHandlerTests {
    /// Takes all lines.
    private final class Lines: Sendable {
        let taken = Mutex<[String]>([])
    }

    private struct Outlet: LogOutlet {
        let lines: Lines

        mutating func write(_ batch: LogBacklog, from first: Int) -> Int {
            let texts = (first..<batch.entries.count).map {
                "\(batch.entries[$0].level) " + String(decoding: batch.bytes[batch.range($0)].dropLast(), as: UTF8.self)
            }
            lines.taken.withLock { $0 += texts }
            return batch.entries.count
        }

        func wait() {}
    }

    private let lines = Lines()
    private let log: GateLog

    init() { log = GateLog(LogWriter(to: Outlet(lines: lines)), .info) }

    private func logger(_ label: String = "a.library") -> Logger {
        Logger(label: label) { LibraryLogHandler($0, log) }
    }

    private var written: [String] {
        log.close()
        return lines.taken.withLock { $0 }
    }

    @Test func aLineHasItsLevelItsLabelAndItsMetadata() {
        var logger = logger()
        logger[metadataKey: "b"] = "1"
        logger.notice("two words", metadata: ["a": "x", "b": "2"])
        logger.error("failed")
        #expect(
            written == [
                "notice event=library label=a.library message=\"two words a=x b=2\"",
                "error event=library label=a.library message=\"failed b=1\"",
            ])
    }

    @Test func whatTheSettingsLeaveOutIsNotMade() {
        let logger = logger()
        #expect(logger.logLevel == .info)
        logger.debug("\(Issue.record("the line was made") as Any)")
        log.adopt(.debug)
        #expect(logger.logLevel == .debug)
        logger.debug("now")
        logger.trace("never")
        #expect(written == ["debug event=library label=a.library message=now"])
    }

    @Test func aLevelOfTheLibrarysOwnIsThatLoggersAlone() {
        let one = logger()
        var other = one
        other.logLevel = .error
        other.warning("no")
        one.warning("yes")
        #expect(written == ["warning event=library label=a.library message=yes"])
    }

    @Test func aFloodIsCounted() {
        let logger = logger()
        for number in 0..<1000 { logger.info("\(number)") }
        let written = written
        // The bound is for ten seconds: a machine that took longer for the loop began anew.
        #expect(written.count >= 20 && written.count < 200, "\(written.count)")
        #expect(written.prefix(20).map { $0.suffix(3) }.last == "=19")
    }

    @Test func nothingHostileReachesTheLog() {
        logger("\u{1B}[2J x\n").info("one\ntwo \u{1B}[31m \"q\" \(String(repeating: "ü", count: 100_000))")
        let written = written
        #expect(written.count == 1 && written[0].utf8.count < 5000)
        #expect(written[0].utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
        #expect(written[0].hasPrefix(#"info event=library label="\x1b[2J x\x0a" message="one\x0atwo \x1b[31m \"q\" "#))
    }
}
