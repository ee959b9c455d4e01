import Foundation
import RuleMarks
import Testing

@testable import Reports

/// Logs as containers, the journal and collectors hand them out.
@Suite(.rules("F-96")) struct LogEnvelopeTests {
    private static let message =
        "4fXk1a0Q2zz1: to=<bob@one.example>, relay=mx.one.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, "
        + "status=sent (250 2.0.0 Ok)"
    private static let line = "Nov 27 10:00:00 pod-1 postfix/smtp[77]: \(message)"

    private static func quoted(_ text: String) -> String {
        String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
    }

    private static func bytes(_ text: String) -> String { "[" + text.utf8.map { "\($0)" }.joined(separator: ",") + "]" }

    @Test(arguments: [
        // journalctl -o json, and what else holds one.
        "{\"MESSAGE\":\(quoted(message)),\"SYSLOG_IDENTIFIER\":\"postfix/smtp\",\"_PID\":\"77\",\"__CURSOR\":\"s=1\"}",
        "{\"SYSLOG_IDENTIFIER\" : \"postfix/smtp\", \"MESSAGE\" : \(bytes(message))}",
        "{\"SYSLOG_IDENTIFIER\":[\"postfix/smtp\",\"x\"],\"MESSAGE\":[\(bytes(message))]}",
        "data: {\"MESSAGE\":\(quoted(message)),\"SYSLOG_IDENTIFIER\":\"postfix/smtp\"}",
        "\u{1E}{\"MESSAGE\":\(quoted(message)),\"SYSLOG_IDENTIFIER\":\"postfix/smtp\"}",
        "{\"MESSAGE\":\(quoted(line)),\"SYSLOG_IDENTIFIER\":\"3f2a1b4c5d6e\",\"CONTAINER_NAME\":\"mail\"}",
        // Docker's json-file, Kubernetes by way of a collector.
        "{\"log\":\(quoted(line + "\n")),\"stream\":\"stdout\",\"time\":\"2026-11-27T10:00:00.1Z\"}",
        "{\"log\":\(quoted(line)),\"stream\":\"stdout\",\"logtag\":\"F\",\"kubernetes\":{\"pod_name\":\"mail-0\"}}",
        // syslog-ng, rsyslog, Loki, Logstash, CloudWatch.
        "{\"PROGRAM\":\"postfix/smtp\",\"PID\":\"77\",\"MESSAGE\":\(quoted(message)),\"HOST\":\"mail\"}",
        "{\"msg\":\(quoted(" " + message)),\"syslogtag\":\"postfix\\/smtp[77]:\",\"fromhost\":\"mail\"}",
        "{\"labels\":{\"app\":\"mail\"},\"line\":\(quoted(line)),\"timestamp\":\"2026-11-27T10:00:00Z\"}",
        "{\"@timestamp\":\"2026-11-27T10:00:00Z\",\"process\":{\"name\":\"postfix/smtp\",\"pid\":77},"
            + "\"message\":\(quoted(message))}",
        "{\"timestamp\":1795770000123,\"message\":\(quoted(line)),\"ingestionTime\":1795770000456}",
        // Over several lines.
        "{\n\t\"SYSLOG_IDENTIFIER\" : \"postfix/smtp\",\n\t\"MESSAGE\" : \(quoted(message))\n}",
        // One in another.
        "{\"log\":\(quoted("{\"message\":\(quoted(line))}\n")),\"stream\":\"stdout\"}",
        "2026-11-27T10:00:00.1Z stdout F {\"message\":\(quoted(line))}",
        // Kubernetes, in one part and in several.
        "2026-11-27T10:00:00.123456789Z stdout F \(line)",
        "2026-11-27T10:00:00.1Z stdout P \(line.prefix(60))\n2026-11-27T10:00:00.2Z stdout P "
            + "\(line.dropFirst(60).prefix(30))\n2026-11-27T10:00:00.3Z stdout F \(line.dropFirst(90))",
        "2026-11-27T10:00:00.1Z stdout P \(line.prefix(60))\n2026-11-27T10:00:00.2Z stderr P Nov "
            + "27\n2026-11-27T10:00:00.3Z stdout F \(line.dropFirst(60))\n2026-11-27T10:00:00.2Z stderr F  10:00:00 "
            + "pod kernel: x",
        // journalctl -o export.
        "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1\nSYSLOG_IDENTIFIER=postfix/smtp\nMESSAGE=\(message)\n_PID=77\n\n",
        "__CURSOR=s=1\nMESSAGE=\(message)\nSYSLOG_IDENTIFIER=postfix/smtp\n",
    ])
    func aDeliveryIsFoundInAnyEnvelope(text: String) throws {
        let reading = try SurveyReading("\(text)\n")
        #expect(reading.destinations == ["one.example 1"], "\(text): \(reading.input.junk)")
        #expect(reading.relays == ["one.example [mx.one.example] 1"])
        #expect(reading.junk == 0, "\(reading.input.junk)")
    }

    /// A value of the journal that is no text has its length before it, in which there may be a line feed.
    @Test(arguments: [0, 10, 200, 256 * 10 - 130, 2570 - 130])
    func aBinaryValueIsReadByItsLength(padding: Int) throws {
        let value = Array(Self.message.utf8) + [UInt8](repeating: 0xFF, count: padding)
        let length = (0..<8).map { UInt8(truncatingIfNeeded: value.count >> ($0 * 8)) }
        var bytes = Array("__CURSOR=s=1\nSYSLOG_IDENTIFIER=postfix/smtp\nMESSAGE\n".utf8) + length + value
        bytes += Array("\n_PID=77\n\n__CURSOR=s=2\nSYSLOG_IDENTIFIER=sshd\nMESSAGE=x\n\n".utf8)
        let reading = try SurveyReading([bytes])
        #expect(
            reading.destinations == ["one.example 1"] && reading.others == 1 && reading.junk == 0,
            "\(reading.input.junk)")
    }

    /// A local part that is no UTF-8 comes through the journal as bytes.
    @Test func bytesAreNoHindrance() throws {
        let message = Array(Self.message.replacing("bob", with: "b#b").utf8).map { $0 == UInt8(ascii: "#") ? 0xFC : $0 }
        let array = "[" + message.map { "\($0)" }.joined(separator: ",") + "]"
        let reading = try SurveyReading("{\"MESSAGE\":\(array),\"SYSLOG_IDENTIFIER\":\"postfix/smtp\"}\n")
        #expect(reading.destinations == ["one.example 1"] && reading.junk == 0)
    }

    @Test func dockersPartsAreJoined() throws {
        let long = Self.line.replacing("250 2.0.0 Ok", with: "250 " + String(repeating: "x", count: 20_000))
        let parts = [String(long.prefix(16_384)), String(long.dropFirst(16_384)) + "\n"]
        let text = parts.map { "{\"log\":\(Self.quoted($0)),\"stream\":\"stdout\"}\n" }.joined()
        let reading = try SurveyReading(text + "{\"log\":\(Self.quoted(Self.line + "\n")),\"stream\":\"stdout\"}\n")
        #expect(reading.destinations == ["one.example 2"] && reading.junk == 0, "\(reading.input.junk)")
    }

    @Test(arguments: [
        "{\"a\":1}", "{\"MESSAGE\":null,\"SYSLOG_IDENTIFIER\":\"postfix/smtp\"}", "{not json",
        "{\"message\":\"starting\"}",
        "{\n\"a\": 1\n}", "{\n\"MESSAGE\": \"x\"",
    ])
    func whatHasNoMessageIsNamed(text: String) throws {
        let reading = try SurveyReading("example.org\n", "\(text)\n")
        #expect(reading.destinations == ["example.org 1"])
        #expect(reading.junk == 1, "\(reading.junk) \(reading.others)")
    }

    /// Other programs' entries are counted, and an envelope makes no list of what is in it.
    @Test func othersAreCounted() throws {
        let reading = try SurveyReading(
            """
            {"MESSAGE":"Accepted publickey for a@b.example","SYSLOG_IDENTIFIER":"sshd"}
            {"MESSAGE":"example.org","SYSLOG_IDENTIFIER":"app"}
            {"log":"example.org\\n","stream":"stdout"}
            2026-11-27T10:00:00.1Z stdout F
            2026-11-27T10:00:00.1Z stdout F example.org

            """)
        #expect(reading.destinations == [] && reading.others == 2 && reading.junk == 2)
    }

    /// No more is kept of a line in parts than of one in a piece; what never ends is named at the end of its file, and
    /// ends there.
    @Test func partsAreBounded() throws {
        let part = "2026-11-27T10:00:00.1Z stdout P \(String(repeating: "x", count: 60_000))\n"
        let reading = try SurveyReading(
            String(repeating: part, count: 20), "2026-11-27T10:00:00.1Z stdout F \(Self.line)\n")
        #expect(reading.destinations == ["one.example 1"] && reading.junk == 1)
        let open = try SurveyReading(
            String(repeating: "{\n\"a\": \"\(String(repeating: "x", count: 60_000))\",\n", count: 20))
        #expect(open.junk >= 1)
        #expect(open.junk <= 20)
        let export =
            "__CURSOR=s=1\nMESSAGE\n" + String(repeating: "\u{7F}", count: 8) + String(repeating: "x\n", count: 90_000)
        #expect(try SurveyReading(export, "example.org\n").destinations == ["example.org 1"])
    }
}
