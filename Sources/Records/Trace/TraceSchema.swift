import GRDB

/// The tables of the trace file, from version to version.
package enum TraceSchema {
    /// The tables. The file is marked "DGTR".
    ///
    /// Times are milliseconds since 1970, and hours are hours since 1970. `domainKey` and `hopKey` are names with their
    /// labels reversed, `org.example.`. So the names below a domain are neighbours in the index.
    static let schema = DatabaseSchema(
        application: 0x4447_5452,
        steps: [
            """
            CREATE TABLE inspection (id INTEGER PRIMARY KEY, destination TEXT NOT NULL, outcome TEXT NOT NULL,
                cause TEXT NOT NULL, firstSeen INTEGER NOT NULL, lastSeen INTEGER NOT NULL, json TEXT NOT NULL,
                UNIQUE (destination, outcome, cause));
            CREATE INDEX inspectionLastSeen ON inspection (lastSeen);
            CREATE TABLE entry (id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, trace TEXT NOT NULL,
                sender TEXT, recipient TEXT NOT NULL, domain TEXT, hop TEXT, client TEXT, authenticated TEXT,
                outcome TEXT NOT NULL, host TEXT, code TEXT, reply TEXT, queueID TEXT, ruling TEXT NOT NULL,
                would TEXT, mode TEXT NOT NULL, cached INTEGER NOT NULL, failingFor INTEGER,
                cause TEXT NOT NULL, hazard TEXT, policy TEXT, inspection INTEGER, domainKey TEXT, hopKey TEXT);
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
            """,
            "ALTER TABLE entry ADD COLUMN ownHop INTEGER",
        ])

    /// What a time and an hour must be to count, as SQL. Anybody may have written to the file, and arithmetic with any
    /// number would overflow.
    package static let isTime = "BETWEEN 0 AND \(Row.latest * 1000)"
    package static let isHour = "BETWEEN 0 AND \(Row.latest / 3600)"

    /// Returns a name with its labels reversed.
    static func key(_ name: String) -> String {
        name.split(separator: ".").reversed().map { "\($0)." }.joined()
    }
}
