import Foundation
import GRDB
import Support

/// A recipient of the trace, read from the file.
public struct TraceRow: Sendable {
    /// The row number in the file. Later rows have greater numbers.
    public let id: Int64
    package let time: Int64
    /// The trace id, which the reply and the log line carry too.
    public let trace: String
    let sender: String?
    /// F-98: the bytes of a sender that is no UTF-8; nil otherwise.
    let senderBytes: [UInt8]?
    let recipient: String
    /// F-98: the bytes of a recipient that is no UTF-8; nil otherwise.
    let recipientBytes: [UInt8]?
    let domain: String?
    package let hop: String?
    let client: String?
    let authenticated: String?
    package let outcome: String
    package let host: String?
    package let code: String?
    let reply: String?
    let queueID: String?
    package let ruling: String
    package let would: String?
    let mode: String
    let isCached: Bool
    let failingFor: Int64?
    let cause: String
    let hazard: String?
    let policy: String?
    /// F-91: whether this site's own configuration leads to the next hop.
    let isOwnHop: Bool
    /// The inspection's row number; nil if none is kept.
    let inspection: Int64?
    /// The inspection as JSON, if the caller asked for it and it is still kept.
    package let inspectionJSON: String?
    /// The name of the host of the site whose trace it is from; nil for this one's.
    package internal(set) var mta: String?

    /// Reads a row of the table `entry`, with the inspection's JSON beside it. A column that a file of another version
    /// lacks is read as null.
    init(row: Row) {
        id = row.number("id") ?? 0
        time = row.number("time", atMost: Row.latest * 1000) ?? 0
        trace = row.text("trace") ?? ""
        senderBytes = row.bytes("sender")
        sender = senderBytes.map { String(decoding: $0, as: UTF8.self) } ?? row.text("sender")
        recipientBytes = row.bytes("recipient")
        recipient = recipientBytes.map { String(decoding: $0, as: UTF8.self) } ?? row.text("recipient") ?? ""
        domain = row.text("domain")
        hop = row.text("hop")
        client = row.text("client")
        authenticated = row.text("authenticated")
        outcome = row.text("outcome") ?? ""
        host = row.text("host")
        code = row.text("code")
        reply = row.text("reply")
        queueID = row.text("queueID")
        ruling = row.text("ruling") ?? ""
        would = row.text("would")
        mode = row.text("mode") ?? ""
        isCached = row.number("cached") == 1
        failingFor = row.number("failingFor", atMost: Row.latest)
        cause = row.text("cause") ?? ""
        hazard = row.text("hazard")
        policy = row.text("policy")
        inspection = row.number("inspection")
        isOwnHop = row.number("ownHop") == 1
        inspectionJSON = row.text("inspectionJSON")
    }

    /// Returns the recipient as one line of JSON.
    ///
    /// - Parameter isWhole: Whether the line holds the inspection itself, and not only its number.
    public func json(isWhole: Bool) -> String {
        let line = JSONLine.of(Body(self, isWhole: isWhole))
        guard isWhole, let inspectionJSON,
            let object = try? JSONSerialization.jsonObject(with: Data(inspectionJSON.utf8)),
            let text = try? JSONSerialization.data(
                withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        else { return line }
        return line.dropLast() + ",\"inspection\":\(String(decoding: text, as: UTF8.self))}"
    }

    private struct Body: Encodable {
        let time: String
        let trace: String
        let sender: NullableJSON<String>
        let sender_bytes: NullableJSON<String>
        let recipient: String
        let recipient_bytes: NullableJSON<String>
        let domain: NullableJSON<String>
        let client: NullableJSON<String>
        let authenticated: NullableJSON<String>
        let next_hop: NullableJSON<String>
        let own_next_hop: Bool
        let outcome: String
        let ruling: String
        let would: NullableJSON<String>
        let mode: String
        let code: NullableJSON<String>
        let reply: NullableJSON<String>
        let host: NullableJSON<String>
        let cause: String
        let hazard: NullableJSON<String>
        let policy: NullableJSON<String>
        let queue_id: NullableJSON<String>
        let failing_for_s: NullableJSON<Int64>
        let cached: Bool
        /// The inspection's number; left out if the inspection itself takes its place.
        let inspection: NullableJSON<Int64>?

        init(_ row: TraceRow, isWhole: Bool) {
            time = UnixTime.iso8601(milliseconds: row.time)
            trace = row.trace
            // JSON holds only text. Bytes that are none stand there as in the log, and beside it in hexadecimal.
            sender = NullableJSON(
                row.senderBytes == nil ? row.sender : row.sender.map { LogLine.escaped($0, row.senderBytes) })
            sender_bytes = NullableJSON(row.senderBytes.map(Self.hex))
            recipient = row.recipientBytes == nil ? row.recipient : LogLine.escaped(row.recipient, row.recipientBytes)
            recipient_bytes = NullableJSON(row.recipientBytes.map(Self.hex))
            domain = NullableJSON(row.domain)
            client = NullableJSON(row.client)
            authenticated = NullableJSON(row.authenticated)
            next_hop = NullableJSON(row.hop)
            own_next_hop = row.isOwnHop
            outcome = row.outcome
            ruling = row.ruling
            would = NullableJSON(row.would)
            mode = row.mode
            code = NullableJSON(row.code)
            reply = NullableJSON(row.reply)
            host = NullableJSON(row.host)
            cause = row.cause
            hazard = NullableJSON(row.hazard)
            policy = NullableJSON(row.policy)
            queue_id = NullableJSON(row.queueID)
            failing_for_s = NullableJSON(row.failingFor)
            cached = row.isCached
            inspection =
                isWhole ? (row.inspectionJSON == nil ? NullableJSON(nil) : nil) : NullableJSON(row.inspection)
        }

        private static func hex(_ bytes: [UInt8]) -> String {
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    /// The sender as it is shown, escaped; `<>` for the null sender.
    package var shownSender: String? { sender.map { $0.isEmpty ? "<>" : LogLine.escaped($0, senderBytes) } }
    /// The recipient as it is shown, escaped.
    package var shownRecipient: String { LogLine.escaped(recipient, recipientBytes) }

    /// The recipient with all its details, for a person.
    public var text: String {
        let parts: [(String, String?)] = [
            ("mta", mta), ("time", "\(TraceTime.brief(time)) UTC"), ("trace", trace), ("sender", shownSender),
            ("recipient", shownRecipient), ("client", client), ("authenticated", authenticated),
            ("next hop", hop.map { isOwnHop ? "\($0), by this site's own configuration" : $0 }),
            ("ruling", would.map { "\(ruling), would be \($0)" } ?? ruling), ("mode", mode), ("policy", policy),
            ("outcome", outcome), ("host", host), ("cause", hazard ?? cause), ("code", code), ("reply", reply),
            ("queue id", queueID), ("cached", isCached ? "yes" : "no"),
            ("failing for", failingFor.map { DurationText.brief(.seconds($0)) }),
        ]
        var lines = parts.compactMap { name, value in
            value.map { value in
                let shown = name == "sender" || name == "recipient" ? value : LogLine.escaped(value)
                return TerminalText.padded("\(name):", to: 15) + shown
            }
        }
        if let inspectionJSON {
            lines += InspectionText.lines(inspectionJSON)
        } else if inspection != nil {
            lines.append("The inspection behind it is no longer kept.")
        } else {
            lines.append("No inspection behind it is kept.")
        }
        return lines.joined(separator: "\n")
    }
}
