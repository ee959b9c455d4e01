import Foundation
import Support

@testable import Policy
@testable import Records
@testable import Web

extension FuzzTarget {
    /// The fields of a form, as a body or a query has them.
    static let pageForms = FuzzTarget("page-forms") { bytes in
        let text = bytes.text
        let fields = FormFields(text)
        // Another reading of the same, by Foundation, where it can read all of it.
        let pairs = bytes.text.utf8.split(separator: UInt8(ascii: "&")).prefix(32).map { pair in
            pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false).map { part in
                String(decoding: part.map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }, as: UTF8.self)
                    .removingPercentEncoding
            }
        }
        var seen: Set<String> = []
        for pair in pairs where !pairs.joined().contains(nil) {
            guard let name = pair[0], seen.insert(name).inserted else { continue }
            let value = (pair.count > 1 ? pair[1] : nil)?.trimmingBlanks() ?? ""
            try require(fields[name] == (value.isEmpty ? nil : value), "\(name) is \(fields[name] ?? "nil")")
        }
        // Whatever a value is, it can be written and read again, and nothing of it is more than letters.
        let written = FormFields.encoded(text)
        try requireLine(written, atMost: 3 * text.utf8.count, "an encoded text")
        try require(!written.contains { "&=+#?\"'<>/ ".contains($0) }, "\(written) is more than a value")
        let trimmed = text.trimmingBlanks()
        try require(FormFields("a=1&x=\(written)&x=2")["x"] == (trimmed.isEmpty ? nil : trimmed), "\(written) is lost")
    }

    /// The query of a search in the trace.
    static let pageSearches = FuzzTarget("page-searches") { bytes in
        let fields = FormFields(bytes.text)
        let form = TracePages.form(fields)
        try require(form.outcomes.count { $0.isChosen } <= 1, "two outcomes are chosen")
        try require(form.rulings.count { $0.isChosen } <= 1, "two rulings are chosen")
        // The address of the next page leads to the same search.
        let address = TracePages.address(fields, page: 7, at: 9)
        try requireLine(address, atMost: 3 * bytes.count * 3 + 200, "an address")
        try require(!address.contains { "\"'<># ".contains($0) }, "\(address) is more than an address")
        let again = FormFields(address.dropFirst("/trace?".count))
        for name in ["word", "domain", "sender", "outcome", "ruling", "since", "until"] {
            try require(again[name] == fields[name], "\(name) is lost on the way to the next page")
        }
        try require(again["page"] == "7" && again["at"] == "9", "\(address)")
        var sql = "?"
        do throws(TraceFilterError) {
            // Every one of them can be asked of the file.
            for condition in try TracePages.filter(fields).conditions { sql = condition.sql }
        } catch {
            // The page shows it, and a sentence must not become a page of its own.
            try requireQuiet(error.sentence, atMost: 2000, "what is wrong with a search")
        }
        try require(sql.contains("?") || sql == "1", "\(sql)")
    }

    /// The id of a test, as an address has it: the name of a file is made of it.
    static let pageIDs = FuzzTarget("page-ids") { bytes in
        let text = bytes.text
        guard let id = InspectionID(text) else { return }
        try require(id.description == text && text.utf8.count == 26, "the id \(id)")
        try require(text.utf8.allSatisfy(\.isAlphanumeric) && !text.contains { $0.isLowercase }, "the id \(id)")
        try require(id.time >= 0 && id.time < 1 << 50, "the time \(id.time)")
        try require(InspectionID(id.description) == id, "\(id) reads as another")
    }
}
