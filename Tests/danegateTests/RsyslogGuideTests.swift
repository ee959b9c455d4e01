import Foundation
import Testing
import World

/// The guide of contrib/rsyslog, as it stands there: lines of a real daemon, through two rsyslogs, into files and a
/// PostgreSQL.
@Suite(
    .timeLimit(.minutes(5)), .enabled(if: RsyslogSite.unavailable == nil, "\(RsyslogSite.unavailable ?? "")"))
struct RsyslogGuideTests {
    /// A database with the tables of the guide.
    private static func database() async throws -> PostgresServer {
        let database = try await PostgresServer()
        try await database.start(listens: false)
        let steps = try RsyslogSite.steps("The machine that collects")
        #expect(
            steps.first == """
                su postgres -c 'createdb danegate'
                su postgres -c 'psql -q -d danegate -v ON_ERROR_STOP=1' <schema.sql

                """)
        try await database.run("createdb", ["danegate"])
        _ = try await database.query(try GuideTests.file("rsyslog/schema.sql"))
        return database
    }

    /// What strangers may choose, and what it is as a value of the log.
    private static let hostile = [
        (#""a ruling=accept domain=other.example"@tlsa-invalid.example"#, #""a ruling=accept domain=other.example""#),
        (#""it's'); DROP TABLE danegate.lines; --"@tlsa-invalid.example"#, #""it's'); DROP TABLE danegate.lines; --""#),
        (#""a\" b\\"@tlsa-invalid.example"#, #""a\\" b\\\\""#),
        (#""\\' ruling=reject"@tlsa-invalid.example"#, #""\\\\' ruling=reject""#),
        ("b\u{FC}ro@tlsa-invalid.example", #"b\xc3\xbcro"#),
        (#""%s%n\x00 $HOME ${x} "@tlsa-invalid.example"#, #""%s%n\\x00 $HOME ${x} ""#),
        ("ruling=accept@tlsa-invalid.example", "ruling=accept"),
    ]

    /// Lines of a daemon, of whose every part a stranger chooses what he can.
    private static func lines(_ world: MailWorld) async throws -> [String] {
        let gate = try await DaemonTests.Gate(world)
        try await onOwnThread { [socket = gate.socket] in
            for (number, (recipient, _)) in hostile.enumerated() {
                let client = try MilterClient(socket, timeout: .seconds(60))
                try client.open()
                try client.mail(
                    #"<"x' outcome=verified \" "@sender.example>"#, macros: ["{auth_authen}": #"al\ice" via=x 'y"#])
                _ = try client.recipient("<\(recipient)>", macros: ["i": "4Q\(number) trace='x\""])
                try client.quit()
            }
            let long = String(repeating: "\u{1}", count: 600)
            let other = try MilterClient(socket, timeout: .seconds(60))
            try other.open()
            try other.mail("<\(long)@sender.example>", macros: ["{auth_authen}": long])
            _ = try other.recipient("<\(long)\(long)@tlsa-invalid.example>", macros: ["i": long])
            try other.quit()
            let client = try MilterClient(socket, timeout: .seconds(60))
            try client.open()
            try client.mail("<>")
            _ = try client.recipient("<plain@verified.example>")
            try client.quit()
        }
        #expect(await gate.daemon.waitForOutput { $0.contains("to=plain@verified.example") })
        #expect(await gate.daemon.stop() == 0)
        return gate.daemon.output.split(separator: "\n").map { String($0.withoutTime) }
    }

    @Test func whatStrangersChooseStaysWhereItIs() async throws {
        let world = try await MailWorld(["tlsa-invalid", "verified"].map(MailDomains.named))
        let lines = try await Self.lines(world)
        await world.stop()
        // rsyslog cuts lines of this length unless it is told otherwise.
        #expect(lines.contains { $0.utf8.count > 8192 })
        let database = try await Self.database()
        let site = try await RsyslogSite(database)
        // What is not danegate's stays on the host.
        try site.log("ruling=reject to=a@other.example", as: "another[1]")
        try site.log("libdispatch says something")
        for line in lines { try site.log(line) }
        // PostgreSQL is there, and not on its port: the files do not wait for it, nor do the lines get lost.
        #expect(try await eventually(within: .seconds(60)) { site.lines.count >= lines.count })
        #expect(site.lines == lines)
        #expect(try await database.query("SELECT count(*) FROM danegate.lines") == ["0"])
        await database.stop()
        try await database.start(listens: true)
        func count(_ condition: String) async throws -> Int? {
            try await database.query("SELECT count(*) FROM danegate.lines WHERE \(condition)").first.flatMap { Int($0) }
        }
        #expect(
            try await eventually(within: .seconds(60)) { try await count("true") == lines.count })
        #expect(try await count("fields IS NULL") == 0)
        #expect(
            try await database.query("SELECT line FROM danegate.lines ORDER BY line COLLATE \"C\"") == lines.sorted())
        let keys = try await database.query(
            "SELECT DISTINCT jsonb_object_keys(fields) k FROM danegate.lines WHERE fields ? 'ruling' ORDER BY k")
        #expect(
            Set(keys).isSubset(of: [
                "cached", "cause", "client", "code", "domain", "failing_for", "from", "host", "mode", "outcome", "qid",
                "ruling", "sasl", "to", "trace", "via", "waited_ms",
            ]), "\(keys)")
        for (number, (recipient, value)) in Self.hostile.enumerated() {
            let rows = try await database.query(
                """
                SELECT recipient, domain, ruling, outcome, sender, sasl, via FROM danegate.rulings
                WHERE starts_with(qid, '4Q\(number) ')
                """)
            #expect(
                rows == [
                    value + #"@tlsa-invalid.example|tlsa-invalid.example|tempfail|tlsa-invalid|"#
                        + #""x' outcome=verified \\" "@sender.example|al\\ice" via=x 'y|milter"#
                ], "\(recipient)")
        }
        #expect(
            try await database.query(
                "SELECT ruling, outcome, cached, waited_ms >= 0, sender, qid IS NULL FROM danegate.rulings "
                    + "WHERE recipient = 'plain@verified.example'") == ["accept|verified|f|t|<>|t"])
        try await Self.asks(database)
        // A line that comes again is there already.
        let before = try await count("true")
        try await Self.mayInsertAlone(database)
        #expect(try await count("true") == before)
        await site.stop()
        await database.stop()
    }

    /// The guide's three questions find something, and are answered.
    private static func asks(_ database: PostgresServer) async throws {
        // Another host has seen verified.example otherwise.
        _ = try await database.query(
            """
            INSERT INTO danegate.lines (at, host, peer, line) SELECT now(), 'mta02', '192.0.2.2',
            'ruling=tempfail mode=enforce to=x@verified.example domain=verified.example outcome=unreachable code=4.4.1'
            """)
        let text = try GuideTests.file("rsyslog/queries.sql")
        let answers = try await database.query(
            text, ["recipient": "\"it's'); DROP TABLE danegate.lines; --\"@tlsa-invalid.example"])
        let refused = answers.filter { $0.contains("|tempfail|") && $0.contains("|none of the usable TLSA records") }
        #expect(refused.count == 1, "\(answers)")
        #expect(
            answers.contains { $0.hasPrefix("tlsa-invalid.example|tlsa-invalid|\(hostile.count + 1)|0|1|") },
            "\(answers)")
        #expect(answers.contains { $0.hasPrefix("verified.example|unreachable|{mta02}|1|") }, "\(answers)")
        #expect(answers.contains { $0.hasPrefix("verified.example|verified|{") }, "\(answers)")
        let deletion = try #require(
            try GuideTests.examples("rsyslog/README.md", "Keep it small").first { $0.kind == "sql" }?.text)
        _ = try await database.query("UPDATE danegate.lines SET at = now() - interval '91 days' WHERE host = 'mta02'")
        _ = try await database.query(deletion)
        #expect(try await database.query("SELECT count(*) FROM danegate.lines WHERE host = 'mta02'") == ["0"])
    }

    /// rsyslog's user adds lines, and can do nothing else.
    private static func mayInsertAlone(_ database: PostgresServer) async throws {
        let line = try await database.query("SELECT count(*) FROM danegate.lines")
        let again = """
            SET ROLE danegate_log; INSERT INTO danegate.lines (at, host, peer, line)
            VALUES ('2026-01-01', 'a', '192.0.2.1', 'ruling=accept') ON CONFLICT DO NOTHING
            """
        _ = try await database.query(again)
        _ = try await database.query(again)
        #expect(
            try await database.query("DELETE FROM danegate.lines WHERE at = '2026-01-01' RETURNING fields ->> 'ruling'")
                == ["accept"])
        for statement in [
            "SELECT * FROM danegate.lines", "DELETE FROM danegate.lines", "UPDATE danegate.lines SET host = 'x'",
            "DROP TABLE danegate.lines", "TRUNCATE danegate.lines", "CREATE TABLE danegate.other (a int)",
        ] {
            await #expect(throws: WorldError.self, "\(statement)") {
                try await database.query("SET ROLE danegate_log; \(statement)")
            }
        }
        #expect(try await database.query("SELECT count(*) FROM danegate.lines") == line)
        #expect(
            try await database.query("SET ROLE danegate_read; SELECT count(*) > 0 FROM danegate.rulings") == ["t"])
    }

    /// Lines that no daemon writes: cut, with keys without a value, with quotes in the wrong place.
    @Test func aLineIsReadAsAWholeOrNotAtAll() async throws {
        let database = try await Self.database()
        for (line, fields) in [
            (#"ruling=reject to="a b"#, nil), (#"ruling=reject to="a\" domain=x"#, nil),
            (#"ruling=reject to=a"b"#, nil),
            (#"ruling=reject to="a"b"#, nil), ("ruling=reject to=", nil), ("ruling=reject  to=a", nil),
            ("ruling=reject to=a ", nil), (" ruling=reject", nil), ("ruling=a=b", nil), ("", nil), ("ruling", nil),
            (#"ruling=a\b"#, nil), ("Ruling=a", nil), (#"ruling="a""b""#, nil), (#"ruling="""#, #"{"ruling": ""}"#),
            (#"ruling="to=\"a\" \\" to=-"#, #"{"to": "-", "ruling": "to=\"a\" \\\\"}"#),
            ("ruling=a to=it's", #"{"to": "it's", "ruling": "a"}"#),
        ] as [(String, String?)] {
            let text = line.replacing("'", with: "''")
            let rows = try await database.query("SELECT danegate.fields('\(text)') IS NULL, danegate.fields('\(text)')")
            #expect(rows == [fields.map { "f|\($0)" } ?? "t|"], "\(line)")
        }
        await database.stop()
    }

    /// Who has no certificate of a host's name is not heard, nor is what PostgreSQL would refuse.
    @Test func whoIsNoHostIsNotHeard() async throws {
        let database = try await Self.database()
        await database.stop()
        try await database.start(listens: true)
        let site = try await RsyslogSite(database)
        let make = """
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=evil.example.net \
                -addext subjectAltName=DNS:evil.example.net -keyout evil.key -out evil.csr
            openssl x509 -req -in evil.csr -CA ca.crt -CAkey ca.key -days 1 -copy_extensions copy -out evil.crt
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=mta01.example.org \
                -addext subjectAltName=DNS:mta01.example.org -keyout self.key -out self.crt
            """
        let (made, faults) = try await ChildProcess.run("sh", ["-e", "-c", make], directory: site.files.path)
        #expect(made == 0, "\(faults)")
        func send(_ options: String, _ lines: [String]) async throws {
            try site.files.write(
                lines.map { "<22>1 \($0.first == "2" ? "" : "2026-11-23T19:30:01Z ")\($0)\n" }.joined(), to: "lines.txt"
            )
            // The time between the lines and the end of the connection is that of the other side's answer.
            _ = try await ChildProcess.run(
                "sh",
                [
                    "-c",
                    "timeout 30 openssl s_client -connect 127.0.0.1:\(site.port) -CAfile ca.crt -quiet -no_ign_eof "
                        + "\(options) <lines.txt",
                ], directory: site.files.path)
        }
        let whole = "mta01 danegate 1 - - ruling=reject to="
        try await send("", [whole + "none@a.example"])
        try await send("-cert evil.crt -key evil.key", [whole + "evil@a.example"])
        try await send("-cert self.crt -key self.key", [whole + "self@a.example"])
        try await send(
            "-cert mta02.example.org.crt -key mta02.example.org.key",
            [
                "mta02 other 1 - - ruling=reject to=other@a.example", "mta02 danegate 1 - - says=nothing",
                whole + "\u{FC}@a.example", "m\u{FC} danegate 1 - - ruling=reject to=name@a.example",
                String(repeating: "m", count: 300) + " danegate 1 - - ruling=reject to=long@a.example",
                "2026-02-30T19:30:01Z mta02 danegate 1 - - ruling=reject to=day@a.example",
                "2026-11-23T19:30:01+23:00 mta02 danegate 1 - - ruling=reject to=zone@a.example",
                whole + String(repeating: "abcdefgh", count: 2000),
                "mta02 danegate 1 - - ruling=reject to=last@a.example",
            ])
        #expect(try await eventually(within: .seconds(60)) { site.lines.last?.hasSuffix("to=last@a.example") == true })
        // The day and the zone that PostgreSQL does not know are no reason to leave a line out.
        let lines = site.lines
        #expect(
            lines.map(\.utf8.count).sorted() == [30, 31, 31, 16_017]
                && lines.contains("ruling=reject to=day@a.example"), "\(lines.map { $0.prefix(80) })")
        #expect(
            try await eventually(within: .seconds(60)) {
                try await database.query(
                    "SELECT host, peer, length(line), at > now() - interval '1 hour' FROM danegate.lines ORDER BY line")
                    == [
                        "mta01|127.0.0.1|16017|f", "mta02|127.0.0.1|30|t", "mta02|127.0.0.1|31|f",
                        "mta02|127.0.0.1|31|t",
                    ]
            })
        await site.stop()
        await database.stop()
    }
}
