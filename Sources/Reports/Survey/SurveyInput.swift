import Glibc
import Inspection
import Support

/// The input of a survey, read from files or a pipe to their end.
struct SurveyInput: Sendable {
    /// A line that could not be read.
    struct Junk: Sendable, Hashable {
        /// The number of its file, from 0 on.
        let file: Int
        /// The number of the line, from 1 on.
        let line: Int
        /// The beginning of the line, escaped.
        let text: String
        /// The reason, as a clause.
        let reason: String
    }

    /// At most so many of these lines are listed.
    static let listed = 20

    /// The destinations.
    private(set) var destinations: DestinationList
    /// By which hosts their mail went.
    private(set) var relays = RelayedMail()
    /// The counts of the lines.
    private(set) var counts = SurveyCounts()
    /// The first lines that could not be read.
    private(set) var junk: [Junk] = []
    /// The number of files read.
    private(set) var files = 0

    private let scope: SurveyScope
    private var envelope = LogEnvelope()
    /// The number of the current line in its file.
    private var line = 0
    /// The beginning of a line that is not complete yet.
    private var begun: [UInt8] = []
    /// Whether the file had lines of Exim's own log in it.
    private var isExim = false

    /// Makes an input of which nothing has been read.
    ///
    /// - Parameters:
    ///   - scope: Tells which deliveries count.
    ///   - limit: The most destinations.
    init(_ scope: SurveyScope, limit: Int = DestinationList.limit) {
        self.scope = scope
        destinations = DestinationList(limit: limit)
    }

    /// Reads a part of a file, line by line. It keeps no more of a line than a line may have.
    mutating func read(_ bytes: LentBytes) throws(DestinationListError) {
        var start = 0
        while start < bytes.count {
            let end = Self.newline(in: bytes, from: start)
            let part = bytes.part(start..<(end ?? bytes.count))
            start = (end ?? bytes.count) + 1
            if end != nil, begun.isEmpty {
                try take(part)
            } else {
                begun += part.prefix(max(0, SurveyLine.limit + 1 - begun.count))
                guard end != nil else { break }
                try takeBegun()
            }
        }
    }

    /// Ends a file. What comes next belongs to another one.
    mutating func endFile() throws(DestinationListError) {
        if !begun.isEmpty { try takeBegun() }
        var contents: [([UInt8], SurveyLine)] = []
        var isExim = isExim
        envelope.close { content in contents.append((Self.bytes(content), Self.read(content, scope, &isExim))) }
        for (bytes, line) in contents { try add(line, bytes[...]) }
        envelope = LogEnvelope()
        files += 1
        line = 0
        self.isExim = false
    }

    private static func newline(in bytes: LentBytes, from start: Int) -> Int? {
        guard let base = bytes.baseAddress,
            let found = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    private mutating func takeBegun() throws(DestinationListError) {
        let whole = begun
        begun = []
        try whole.withUnsafeBufferPointer { (bytes) throws(DestinationListError) in try take(bytes) }
    }

    private mutating func take(_ bytes: LentBytes) throws(DestinationListError) {
        line += 1
        counts.lines += 1
        var bytes = bytes
        if line == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.part(3..<bytes.count) }
        guard bytes.count <= SurveyLine.limit else {
            return pass(bytes.prefix(81), "a line of more than \(SurveyLine.limit) bytes")
        }
        // Nearly all lines have no envelope, and one meaning.
        var found: SurveyLine?
        var more: [(SurveyLine, [UInt8])] = []
        let scope = scope
        var isExim = isExim
        envelope.open(bytes) { content in
            let line = Self.read(content, scope, &isExim)
            if found == nil { found = line } else { more.append((line, Self.bytes(content))) }
        }
        self.isExim = isExim
        if let found { try add(found, bytes.prefix(81)) }
        for (line, text) in more { try add(line, text[...]) }
    }

    private static func bytes(_ content: LogEnvelope.Content) -> [UInt8] {
        switch content {
        case .line(let text), .logged(let text), .message(let text, _), .junk(let text, _): Array(text.prefix(81))
        }
    }

    private static func read(_ content: LogEnvelope.Content, _ scope: SurveyScope, _ isExim: inout Bool) -> SurveyLine {
        switch content {
        case .line(let line): return SurveyLine.read(line, scope, isExim: &isExim)
        case .logged(let line):
            guard !line.isEmpty else { return SurveyLine(kind: .blank) }
            let entry = MailLogLine.read(line, isExim: &isExim)
            return SurveyLine.read(entry ?? .unread("a line with a time whose program is not found"), scope)
        case .message(let message, let program):
            if program.isRead { return SurveyLine.read(MailLogLine.read(message, of: program), scope) }
            // The name may be that of a container, and the message a line of syslog.
            guard case .head(let head) = LogHead.read(message), head.program?.isRead ?? true else {
                return SurveyLine(kind: .other)
            }
            return SurveyLine.read(MailLogLine.read(head.message, of: head.program), scope)
        case .junk(_, let reason): return SurveyLine(kind: .junk(reason))
        }
    }

    private mutating func add(_ found: SurveyLine, _ bytes: some Collection<UInt8>) throws(DestinationListError) {
        switch found.kind {
        case .blank: counts.blank += 1
        case .listed: counts.listed += 1
        case .delivery: counts.deliveries += 1
        case .other: counts.others += 1
        case .junk(let reason): pass(bytes, reason)
        }
        for mail in found.mail {
            switch mail {
            case .leftOut(let reason, let recipients, let name):
                counts.leaveOut(reason, recipients: recipients, name: name)
            case .to(let destination, let recipients, let relay):
                let place = try destinations.add(destination.text(standard: scope.port), recipients: recipients)
                if let relay { relays.add(place, recipients: recipients, by: relay) }
            }
        }
    }

    private mutating func pass(_ bytes: some Collection<UInt8>, _ reason: String) {
        counts.junk += 1
        guard junk.count < Self.listed else { return }
        junk.append(Junk(file: files, line: line, text: LogLine.beginning(of: bytes), reason: reason))
    }
}
