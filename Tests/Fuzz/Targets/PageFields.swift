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
        // Another reading of the same, by Foundation. It leaves a percent sign alone that begins no byte.
        for pair in text.split(separator: "&").prefix(32) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let plain = parts[0].replacing("+", with: " ")
            guard let name = plain.removingPercentEncoding, name == String(parts[0]), !name.contains("%") else {
                continue
            }
            let first = text.split(separator: "&").prefix(32).first { $0 == name || $0.hasPrefix("\(name)=") } ?? ""
            let value = first.dropFirst(name.count + 1).replacing("+", with: " ")
            guard let wanted = value.removingPercentEncoding?.trimmingBlanks() else { continue }
            try require(fields[name] == (wanted.isEmpty ? nil : wanted), "\(name) is \(fields[name] ?? "nil")")
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
