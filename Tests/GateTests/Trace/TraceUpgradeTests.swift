import GRDB
import RuleMarks
import Testing

@testable import DANE
@testable import Inspection
@testable import Records
@testable import Reports

/// A trace of an earlier version is gone on with.
@Suite(.timeLimit(.minutes(1))) struct TraceUpgradeTests {
    @Test(.rules("F-91")) func aTraceOfTheFirstVersionKeepsItsRows() throws {
        let place = try TracePlace()
        let queue = try DatabaseQueue(path: place.path)
        try queue.write { try $0.execute(sql: "PRAGMA application_id = \(TraceSchema.schema.application)") }
        try TraceSchema.schema.migrator.migrate(queue, upTo: "1")
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
        #expect(
            try place.reader.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == TraceSchema.schema.version)
        store.close(within: .seconds(30))
    }

    /// The tables as the writer made them until 2026, when each version had its own code.
    private static let secondVersion = """
        CREATE TABLE inspection (id INTEGER PRIMARY KEY, destination TEXT NOT NULL, outcome TEXT NOT NULL,
            cause TEXT NOT NULL, firstSeen INTEGER NOT NULL, lastSeen INTEGER NOT NULL, json TEXT NOT NULL,
            UNIQUE (destination, outcome, cause));
        CREATE INDEX inspectionLastSeen ON inspection (lastSeen);
        CREATE TABLE entry (id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, trace TEXT NOT NULL,
            sender TEXT, recipient TEXT NOT NULL, domain TEXT, hop TEXT, client TEXT, authenticated TEXT,
            outcome TEXT NOT NULL, host TEXT, code TEXT, reply TEXT, queueID TEXT, ruling TEXT NOT NULL,
            would TEXT, mode TEXT NOT NULL, cached INTEGER NOT NULL, failingFor INTEGER, cause TEXT NOT NULL,
            hazard TEXT, policy TEXT, inspection INTEGER, domainKey TEXT, hopKey TEXT);
        CREATE INDEX entryTime ON entry (time);
        CREATE INDEX entryTrace ON entry (trace);
        CREATE INDEX entryRecipient ON entry (recipient COLLATE NOCASE, time);
        CREATE INDEX entrySender ON entry (sender COLLATE NOCASE, time);
        CREATE INDEX entryClient ON entry (client, time);
        CREATE INDEX entryOutcome ON entry (outcome, time);
        CREATE INDEX entryDomain ON entry (domainKey, time);
        CREATE INDEX entryHop ON entry (hopKey, time);
        CREATE TABLE count (hour INTEGER NOT NULL, outcome TEXT NOT NULL, ruling TEXT NOT NULL,
            would TEXT NOT NULL, cached INTEGER NOT NULL, recipients INTEGER NOT NULL,
            PRIMARY KEY (hour, outcome, ruling, would, cached)) WITHOUT ROWID;
        CREATE TABLE destination (hour INTEGER NOT NULL, kind TEXT NOT NULL, sketch BLOB NOT NULL,
            PRIMARY KEY (hour, kind));
        ALTER TABLE entry ADD COLUMN ownHop INTEGER;
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES ('1'), ('2');
        PRAGMA application_id = 1145525330;
        PRAGMA user_version = 2;
        """

    /// A row in every column, and a sender whose bytes are no text.
    @Test func aTraceOfTheSecondVersionKeepsItsRows() throws {
        let place = try TracePlace()
        let queue = try DatabaseQueue(path: place.path)
        try queue.write { db in
            try db.execute(sql: Self.secondVersion)
            try db.execute(
                sql: """
                    INSERT INTO inspection VALUES
                        (9, 'a.example', 'null-mx', 'why', 1, 1800000000000, '{"outcome":"x"}');
                    INSERT INTO entry VALUES (41, 1800000000000, '01KAQ9V1ZC8F6T0V3M2N4P5Q6R', X'61FC', 'old@a.example',
                        'a.example', '[relay.example]', '192.0.2.1', 'user', 'null-mx', 'mx.a.example', '5.1.10',
                        '550 5.1.10 no', '4ABC', 'tempfail', 'reject', 'monitor', 1, 90, 'why', 'hazard', 'require', 9,
                        'example.a.', 'example.relay.', 1);
                    INSERT INTO count VALUES (500000, 'null-mx', 'tempfail', 'reject', 1, 3);
                    """)
        }
        try queue.close()
        let store = place.store()
        store.record(traceEntry("<new@a.example>"))
        #expect(store.settle(within: .seconds(30)))
        let rows = try place.rows()
        #expect(rows.map(\.recipient) == ["old@a.example", "new@a.example"] && rows.map(\.id) == [41, 42])
        let old = try #require(rows.first)
        #expect(old.senderBytes == [0x61, 0xFC] && old.domain == "a.example" && old.hop == "[relay.example]")
        #expect(old.client == "192.0.2.1" && old.authenticated == "user" && old.outcome == "null-mx")
        #expect(old.host == "mx.a.example" && old.code == "5.1.10" && old.reply == "550 5.1.10 no")
        #expect(old.queueID == "4ABC" && old.ruling == "tempfail" && old.would == "reject" && old.mode == "monitor")
        #expect(old.isCached && old.failingFor == 90 && old.cause == "why" && old.hazard == "hazard")
        #expect(old.policy == "require" && old.inspection == 9 && old.isOwnHop)
        #expect(old.inspectionJSON == "{\"outcome\":\"x\"}")
        #expect(
            try place.reader.read { try Int.fetchOne($0, sql: "SELECT recipients FROM count WHERE hour = 500000") } == 3
        )
        store.close(within: .seconds(30))
    }

    /// Anybody may have written to the file. Such a row ends no command.
    @Test func valuesOfAnotherKindAreLeftOut() throws {
        let place = try TracePlace()
        let store = place.store()
        store.record(traceEntry("<new@a.example>"))
        store.close(within: .seconds(30))
        let queue = try DatabaseQueue(path: place.path)
        try queue.write { db in
            for (column, value) in [
                ("time", "'long ago'"), ("time", "9223372036854775807"), ("time", "-9223372036854775808"),
                ("hop", "X'FF'"), ("outcome", "X'FF'"), ("cause", "X'FF'"),
                ("failingFor", "'x'"), ("failingFor", "9223372036854775807"), ("failingFor", "-9223372036854775808"),
                ("cached", "'x'"), ("recipient", "7"), ("ruling", "X'FF'"), ("inspection", "'x'"),
            ] {
                try db.execute(
                    sql: """
                        INSERT INTO entry (time, trace, recipient, outcome, ruling, mode, cached, cause, hop, domainKey)
                        SELECT time, trace, recipient, outcome, ruling, mode, cached, cause, '\(column)', domainKey
                            FROM entry WHERE id = 1;
                        UPDATE entry SET \(column) = \(value) WHERE id = last_insert_rowid();
                        """)
            }
            try db.execute(
                sql: """
                    INSERT INTO count VALUES (500000, X'FF', 'reject', '', 0, 1), (500000, 'null-mx', X'FF', '', 0, 1),
                        (500000, 'null-mx', 'reject', X'FF', 'x', 1),
                        (9223372036854775807, 'null-mx', 'reject', '', 0, 1),
                        (-9223372036854775808, 'null-mx', 'reject', '', 0, 1);
                    """)
        }
        try queue.close()
        #expect(try place.rows().count == 14)
        for row in try place.rows() { #expect(!row.text.isEmpty && !row.json(isWhole: true).isEmpty) }
        let refusals = TraceRefusals.count(place.reader, of: "a.example", since: nil)
        #expect(refusals == nil || (refusals?.recipients ?? 0) > 0)
        let report = try ImpactReport(
            place.reader, since: 1_790_000_000_000, until: 1_810_000_000_000, top: 100, now: 1_810_000_000_000)
        #expect(report.top.contains { $0.destination == "a.example" })
        #expect(try place.reader.extent().since == 500_000 * TraceTime.hour)
        // The daemon goes on with the file, and sweeps it.
        let next = place.store(retention: .seconds(3600), sweepInterval: .zero)
        next.record(traceEntry("<next@a.example>"))
        #expect(next.settle(within: .seconds(30)))
        #expect(next.statistics.state == .on)
        next.close(within: .seconds(30))
    }
}
