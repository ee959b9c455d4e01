import Foundation
import Support

/// Writes an inspection of the trace for a person.
enum InspectionText {
    private struct Body: Decodable {
        struct Step: Decodable {
            let step: String
            let subject: String
            let result: String
            let detail: String
        }
        struct Record: Decodable {
            let usage: Int
            let selector: Int
            let matching: Int
            let data: String
            let matched: Bool
            let why: String?
        }
        struct Certificate: Decodable {
            let subject: String
            let issuer: String
            let not_before: String
            let not_after: String
            let spki_sha256: String
        }
        struct Address: Decodable {
            let address: String
            let outcome: String
            let cause: String
            let chain: [Certificate]
        }
        struct Host: Decodable {
            let name: String
            let preference: Int
            let outcome: String
            let cause: String
            let tlsa: [Record]
            let addresses: [Address]
        }
        let time: String
        let outcome: String
        let cause: String
        let hosts: [Host]
        let steps: [Step]
        let cut: Bool
    }

    /// Returns the lines, or one line that says that the text is no inspection.
    static func lines(_ json: String) -> [String] {
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(json.utf8)) else {
            return ["The inspection behind it cannot be read."]
        }
        var lines = ["inspection:    \(body.time): \(body.outcome), \(body.cause)"]
        for step in body.steps {
            lines.append(
                "  \(step.result == "failed" ? "FAIL" : step.result) \(step.step) \(step.subject): \(step.detail)")
        }
        for host in body.hosts {
            lines.append("  host \(host.name), preference \(host.preference): \(host.outcome), \(host.cause)")
            for record in host.tlsa {
                let end = record.matched ? "matches" : record.why ?? "was not compared"
                lines.append(
                    "    TLSA \(record.usage) \(record.selector) \(record.matching) \(record.data.prefix(128)): \(end)")
            }
            for address in host.addresses {
                lines.append("    \(address.address): \(address.outcome), \(address.cause)")
                for (depth, one) in address.chain.enumerated() {
                    lines.append(
                        "      \(depth): \(one.subject), issued by \(one.issuer), "
                            + "\(one.not_before) to \(one.not_after), \(depth == 0 ? 3 : 2) 1 1 \(one.spki_sha256)")
                }
            }
        }
        if body.cut { lines.append("  (some of it was left out for its size)") }
        return lines.map(TerminalText.line)
    }
}
