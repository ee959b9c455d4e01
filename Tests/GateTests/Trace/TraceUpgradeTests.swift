import GRDB
import RuleMarks
import Testing

@testable import Inspection
@testable import Records

/// A trace of an earlier version is gone on with.
@Suite(.timeLimit(.minutes(1))) struct TraceUpgradeTests {
    @Test(.rules("F-91")) func aTraceOfTheFirstVersionKeepsItsRows() throws {
        let place = try TracePlace()
        let queue = try DatabaseQueue(path: place.path)
        try queue.write { try $0.execute(sql: "PRAGMA application_id = \(TraceSchema.application)") }
        try TraceSchema.migrator.migrate(queue, upTo: "1")
        try queue.write {
            try $0.execute(
                sql: """
                    INSERT INTO entry (time, trace, recipient, outcome, ruling, mode, cached, cause, hop)
                    VALUES (1800000000000, '01KAQ9V1ZC8F6T0V3M2N4P5Q6R', 'old@a.example', 'null-mx', 'reject', \
                    'enforce', 0,
                        'why', '[relay.example]')
                    """)
        }
        try queue.close()
        let store = place.store()
        var own = traceEntry("<new@a.example>")
        own.isOwnHop = true
        own.destination = Destination(.host("relay.example"), port: 587)
        store.record(own)
        #expect(store.settle(within: .seconds(30)))
        let rows = try place.rows()
        #expect(rows.map(\.recipient) == ["old@a.example", "new@a.example"])
        #expect(rows.map(\.isOwnHop) == [false, true])
        #expect(rows.map { $0.json(isWhole: false).contains("\"own_next_hop\":true") } == [false, true])
        #expect(rows.last?.text.contains("[relay.example]:587, by this site's own configuration") == true)
        #expect(try place.reader.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == TraceSchema.version)
        store.close(within: .seconds(30))
    }
}
