import Support

/// Takes the lines of a log out of what they are wrapped in: by Kubernetes and Docker, by `journalctl -o json` and `-o
/// export`, by collectors that write JSON.
///
/// A line may come in parts, so there is one of these for each file. No more is kept of a line than a line may have.
struct LogEnvelope {
    /// What was in a line.
    enum Content {
        /// The line itself: there was nothing around it.
        case line(LentBytes)
        /// A line of a log.
        case logged(LentBytes)
        /// A message, and the program that it is of.
        case message(LentBytes, LogProgram)
        /// Something that cannot be read, and why, as a clause.
        case junk(LentBytes, String)
    }

    /// How many envelopes may be in each other.
    private static let depth = 4

    /// The parts of a line that has not come to its end, by stream.
    private var parts: [String: [UInt8]] = [:]
    /// An entry of the journal that has not come to its end.
    private var entry: JournalEntry?
    /// A JSON object over several lines.
    private var object: [UInt8]?

    /// Takes a line out of its envelope.
    ///
    /// - Parameters:
    ///   - raw: The line without its line feed.
    ///   - take: Called with what is in it, at once or with a later line; not at all for a part of a line.
    mutating func open(_ raw: LentBytes, _ take: (Content) -> Void) {
        if entry != nil || raw.begins(with: "__CURSOR=") { return addToEntry(raw, take) }
        var line = ByteScanner(raw)
        // What a file that was cut while it was written begins with; RFC 7464; an event stream.
        while let byte = line.next, byte == 0 || byte == 0x1E { line.drop(1) }
        if line.starts(with: "data: {") { line.drop(6) }
        if line.starts(with: "event: ") { return }
        if object != nil || line.rest.trimmed.equals("{") { return addToObject(line.rest, take) }
        open(line.rest, isWrapped: false, depth: 0, take)
    }

    /// Hands out what has not come to its end.
    mutating func close(_ take: (Content) -> Void) {
        for (_, part) in parts.sorted(by: { $0.key < $1.key }) {
            part.withUnsafeBufferPointer { take(.logged($0.trimmed)) }
        }
        parts = [:]
        if let entry { Self.hand(entry, take) }
        entry = nil
        if let object {
            object.withUnsafeBufferPointer { take(.junk($0.trimmed, "a JSON object that does not end")) }
        }
        object = nil
    }

    private mutating func open(_ line: LentBytes, isWrapped: Bool, depth: Int, _ take: (Content) -> Void) {
        if depth < Self.depth {
            if let part = ContainerPart(line) {
                return open(part, isWrapped: true, depth: depth, take)
            }
            if line.trimmed.first == UInt8(ascii: "{"), let logged = JSONLogged(line.trimmed) {
                return open(logged, depth: depth, take)
            }
        }
        take(isWrapped ? .logged(line.trimmed) : .line(line))
    }

    /// Kubernetes' parts are joined.
    private mutating func open(_ part: ContainerPart, isWrapped: Bool, depth: Int, _ take: (Content) -> Void) {
        let begun = parts.removeValue(forKey: part.stream)
        guard part.isLast, begun == nil else {
            let whole = (begun ?? []) + part.text.prefix(max(0, SurveyLine.limit + 1 - (begun?.count ?? 0)))
            guard part.isLast else {
                parts[part.stream] = whole
                return
            }
            return whole.withUnsafeBufferPointer { open($0, isWrapped: true, depth: depth + 1, take) }
        }
        open(part.text, isWrapped: true, depth: depth + 1, take)
    }

    private mutating func open(_ logged: JSONLogged, depth: Int, _ take: (Content) -> Void) {
        var message = logged.message
        if let stream = logged.stream {
            let begun = parts.removeValue(forKey: stream) ?? []
            message = begun + message.prefix(max(0, SurveyLine.limit + 1 - begun.count))
            guard !logged.isPart else {
                parts[stream] = message
                return
            }
        }
        // Of a message of several lines each is one.
        for line in message.split(separator: UInt8(ascii: "\n")) {
            line.withUnsafeBufferPointer { text in
                if let program = logged.program {
                    take(.message(text.trimmed, program))
                } else {
                    open(text, isWrapped: true, depth: depth + 1, take)
                }
            }
        }
    }

    // MARK: Over several lines

    /// `journalctl -o json-pretty`, and other JSON that is written for people.
    private mutating func addToObject(_ line: LentBytes, _ take: (Content) -> Void) {
        let trimmed = line.trimmed
        guard var whole = object, !trimmed.equals("{") else {
            object = Array(trimmed)
            return
        }
        object = nil
        whole.append(UInt8(ascii: " "))
        whole += trimmed.prefix(max(0, SurveyLine.limit + 1 - whole.count))
        let isEnd = trimmed.equals("}") || trimmed.equals("},")
        guard isEnd || whole.count > SurveyLine.limit else {
            object = whole
            return
        }
        if whole.last == UInt8(ascii: ",") { whole.removeLast() }
        whole.withUnsafeBufferPointer { text in
            guard isEnd, let logged = JSONLogged(text) else {
                return take(.junk(text, "a JSON object in which there is no message"))
            }
            open(logged, depth: 0, take)
        }
    }

    /// `journalctl -o export`.
    private mutating func addToEntry(_ raw: LentBytes, _ take: (Content) -> Void) {
        var current = entry ?? JournalEntry()
        let isEnded = current.add(raw)
        entry = isEnded ? nil : current
        if isEnded { Self.hand(current, take) }
    }

    private static func hand(_ entry: JournalEntry, _ take: (Content) -> Void) {
        guard let message = entry.message else { return }
        message.withUnsafeBufferPointer { text in
            entry.program.withUnsafeBufferPointer { program in
                take(program.isEmpty ? .logged(text.trimmed) : .message(text.trimmed, LogProgram(program)))
            }
        }
    }
}
