import Support

/// The exemptions in the form in which the commands print them.
public enum ExemptionText {
    /// Returns a sentence about an exemption that was just made.
    public static func added(_ exemption: Exemption, replaced: Exemption?) -> String {
        let what =
            exemption.pattern.isBelow ? "the subdomains of \(exemption.pattern.domain) are" : "\(exemption.pattern) is"
        var text = "\(what) exempt until \(UnixTime.minute(exemption.until))"
        if let replaced {
            text += ", in the place of the exemption until \(UnixTime.minute(replaced.until)) by \(replaced.by)"
        }
        if exemption.pattern.isBelow {
            text += "; it stays until then, as there is no one destination to look at"
        } else if !exemption.keeps {
            text += ", or until it has been in order for a while"
        }
        return TerminalText.line(text + ".")
    }

    /// Returns a table of exemptions.
    ///
    /// - Parameter mtas: What says of each which hosts of a site have it; nil for those of one host.
    public static func table(_ exemptions: [Exemption], isWhole: Bool, mtas: [String]? = nil) -> String {
        guard !exemptions.isEmpty else {
            return isWhole ? "There are no exemptions, and were none." : "There are no exemptions."
        }
        let head = ["DOMAIN", "UNTIL", "BY", "SINCE", isWhole ? "STATE" : "IN ORDER", "REASON"]
        var rows = [head] + exemptions.map(cells)
        if let mtas { for (index, cell) in (["MTAS"] + mtas).enumerated() { rows[index].insert(cell, at: 1) } }
        return TextTable(rows).lines().map(TerminalText.line).joined(separator: "\n")
    }

    private static func cells(_ exemption: Exemption) -> [String] {
        let state: String
        if let end = exemption.end, let ended = exemption.ended {
            state = "\(end.rawValue) \(UnixTime.minute(ended))" + (exemption.endedBy.map { " by \($0)" } ?? "")
        } else if !exemption.isWatched {
            state = exemption.keeps ? "kept" : "-"
        } else {
            state = exemption.cleanFor > 0 ? "for \(DurationText.brief(.milliseconds(exemption.cleanFor)))" : "no"
        }
        return [
            exemption.pattern.description, UnixTime.minute(exemption.until), exemption.by,
            UnixTime.minute(exemption.added / 1000), state, exemption.reason,
        ].map { TerminalText.line(String($0.prefix(500))) }
    }

    /// Returns an exemption as one line of JSON.
    public static func json(_ exemption: Exemption) -> String { JSONLine.of(Body(exemption)) }

    /// An exemption as JSON.
    package struct Body: Encodable {
        let domain: String
        let until: String
        let reason: String
        let by: String
        let added: String
        let keep: Bool
        let clean_seconds: Int64
        let seen: NullableJSON<String>
        let ended: NullableJSON<String>
        let how: NullableJSON<String>
        let ended_by: NullableJSON<String>

        package init(_ exemption: Exemption) {
            domain = exemption.pattern.description
            until = UnixTime.iso8601(exemption.until)
            reason = exemption.reason
            by = exemption.by
            added = UnixTime.iso8601(exemption.added / 1000)
            keep = exemption.keeps
            clean_seconds = exemption.cleanFor / 1000
            seen = NullableJSON(exemption.seen)
            ended = NullableJSON(exemption.ended.map { UnixTime.iso8601($0) })
            how = NullableJSON(exemption.end?.rawValue)
            ended_by = NullableJSON(exemption.endedBy)
        }
    }
}
