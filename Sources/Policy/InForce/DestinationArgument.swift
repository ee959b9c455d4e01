import Algorithms
import DANE
import Foundation
public import Inspection
import Support

/// A destination as people give it to a command (F-97): a domain, a next hop `[host]:port`, or a mail address as it
/// stands in a log, a bounce or a mail program. Of an address, the domain counts.
public struct DestinationArgument: Sendable, Hashable {
    /// Which names without a dot are accepted.
    public enum Names: Sendable {
        /// Only hosts in brackets, and top-level domains with their final dot. Any other name without a dot is a slip.
        case qualified
        /// All names, because policies and exemptions can be about next hops without a dot.
        case any
    }

    /// The destination.
    public let destination: Destination
    /// The text before the `@`, without quotes that it does not need; nil if the argument is no address.
    public let mailbox: String?

    /// The longest argument that is read, in bytes.
    private static let limit = 1024

    /// Reads an argument.
    ///
    /// - Parameters:
    ///   - port: The TCP port if a next hop names none.
    ///   - names: Which names without a dot are accepted.
    /// - Throws: Why the argument is no destination.
    public init(_ text: String, port: UInt16, names: Names = .qualified) throws(DestinationArgumentError) {
        let shown = "'\(LogLine.beginning(of: text.utf8))'"
        func fault(_ clause: String) -> DestinationArgumentError {
            DestinationArgumentError(sentence: "\(shown) \(clause).")
        }
        guard text.utf8.count <= Self.limit else { throw fault("is too long") }
        let word = Self.bared(text)
        guard !word.isEmpty else { throw fault("is empty") }
        guard !word.contains("://") else {
            let host = word.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first
            let meant = host.flatMap { try? DestinationArgument(String($0), port: port) }
            throw fault(
                "is a URL: give the domain of mail addresses\(meant.map { ", \($0.destination.name) perhaps" } ?? "")")
        }
        if word.contains("@") {
            (destination, mailbox) = try Self.address(word, port, fault)
        } else {
            guard !word.contains("/"), !word.contains("\\") else { throw fault("is a path") }
            mailbox = nil
            destination = try Self.nextHop(word, port, fault)
        }
        try Self.check(destination, typed: word, names: names, fault)
    }

    /// Reads several arguments, and collects the faults of all.
    ///
    /// - Returns: The destinations, and a sentence per argument that is no destination.
    public static func read(
        _ texts: [String], port: UInt16, names: Names = .qualified
    ) -> (arguments: [DestinationArgument], faults: [String]) {
        var arguments: [DestinationArgument] = []
        var faults: [String] = []
        for text in texts {
            do throws(DestinationArgumentError) {
                arguments.append(try DestinationArgument(text, port: port, names: names))
            } catch {
                faults.append(error.sentence)
            }
        }
        return (arguments, faults)
    }

    /// Returns the destination as the daemon writes it: with its port unless that is the one given.
    public func text(standard port: UInt16) -> String { destination.text(standard: port) }

    /// Whether the argument is an address whose local part is never refused (`EXEMPT_LOCALPARTS`).
    package func isExempt(_ settings: Settings) -> Bool {
        mailbox.map { settings.exemptLocalparts.contains($0.lowercased()) } ?? false
    }

    // MARK: Reading

    /// Returns the text without the things that people copy along with it: blanks, `mailto:`, a display name, angle
    /// brackets, the comma of a list.
    private static func bared(_ text: String) -> String {
        var word = text.trimming(while: { $0.isWhitespace || $0 == "," || $0 == ";" })
        if word.prefix(7).lowercased() == "mailto:" {
            // RFC 6068: header fields follow a question mark, and any character may be percent-encoded.
            word = word.dropFirst(7).prefix { $0 != "?" }
            if let plain = String(word).removingPercentEncoding { word = Substring(plain) }
        }
        if word.last == ">", let open = word.lastIndex(of: "<") { word = word[word.index(after: open)...] }
        var bared = String(word.trimming(while: { $0.isWhitespace || $0 == "<" || $0 == ">" }))
        // RFC 5321 appendix C: a source route is ignored.
        if bared.first == "@", let colon = bared.firstIndex(of: ":"), bared[colon...].contains("@") {
            bared = String(bared[bared.index(after: colon)...])
        }
        // Replies of servers have `example.org:`.
        if bared.last == ":", bared.count(where: { $0 == ":" }) == 1 { bared.removeLast() }
        return bared.contains("@") ? bared : bared.trimming("\"'`")
    }

    private static func address(
        _ word: String, _ port: UInt16, _ fault: (String) -> DestinationArgumentError
    ) throws(DestinationArgumentError) -> (Destination, mailbox: String) {
        var bytes = word
        let isOne = bytes.withUTF8 { Array(AddressList($0).map { $0 != nil }) } == [true]
        guard isOne else { throw fault("is no mail address, or more than one: give each as an argument of its own") }
        let recipient = Recipient(path: word)
        switch recipient.domain {
        case .name(let name): return (Destination(.domain(name), port: port), recipient.mailbox)
        case .literal:
            throw fault("is at an address literal, to which DANE does not apply: mail there is never refused")
        case .none: throw fault("has no domain behind the @")
        case .unmapped: throw fault("has a domain that IDNA does not map")
        case .malformed: throw fault("is no mail address: what stands behind the @ is no domain name")
        }
    }

    private static func nextHop(_ word: String, _ port: UInt16, _ fault: (String) -> DestinationArgumentError)
        throws(DestinationArgumentError) -> Destination
    {
        switch Destination.parse(nextHop: word, port: port) {
        case .destination(let destination): return destination
        case .literal: throw fault("is an address, to which DANE does not apply: mail there is never refused")
        case .several: throw fault("is more than one word: give each as an argument of its own")
        case .unmapped: throw fault("is a domain that IDNA does not map")
        case .malformed:
            if DomainPattern(word.drop { $0 == "*" })?.isBelow == true {
                throw fault("stands for many domains: give one")
            }
            throw fault("is not a domain name, a mail address or a next hop like [mx.example.org]:25")
        }
    }

    /// F-97: refuses names to which the DNS would only say "no such domain".
    private static func check(
        _ destination: Destination, typed word: String, names: Names, _ fault: (String) -> DestinationArgumentError
    ) throws(DestinationArgumentError) {
        let labels = destination.name.labels
        // RFC 1123 §2.1: the name of a host does not end in a number. That keeps names apart from addresses.
        guard let last = labels.last, !last.allSatisfy(\.isNumber) else {
            throw fault("is no domain: its last part is a number")
        }
        if labels.count > 2, labels[1] == "_tcp", labels[0].hasPrefix("_") {
            let host = labels.dropFirst(2).joined(separator: ".")
            throw fault("is where TLSA records are: give the mail domain, or the host as [\(host)]")
        }
        let domain = word.suffix(from: word.lastIndex(of: "@") ?? word.startIndex)
        guard names == .qualified, labels.count == 1, case .domain = destination.nextHop, !domain.contains(".")
        else { return }
        throw fault(
            "has no dot, so it is no mail domain: a host of this name is written [\(destination.name)], "
                + "and a top-level domain with a dot at its end")
    }
}
