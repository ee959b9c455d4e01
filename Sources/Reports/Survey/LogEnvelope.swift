import Support

/// F-96: takes the lines of a log out of their envelopes. Kubernetes, Docker, `journalctl -o json` and
/// `journalctl -o export`, and collectors that write JSON put envelopes around them.
///
/// A line may come in parts, so each file needs one of these. It keeps no more of a line than a line may have.
struct LogEnvelope {
    /// The content of a line.
    enum Content {
        /// The line itself, which had no envelope.
        case line(LentBytes)
        /// A line of a log, taken out of its envelope.
        case logged(LentBytes)
        /// A message, and the program that wrote it.
        case message(LentBytes, LogProgram)
        /// A text that cannot be read, and the reason, as a clause.
        case junk(LentBytes, String)
    }

    /// At most so many envelopes may be nested.
    private static let depth = 4

    /// The parts of lines that are not complete yet, by stream.
    private var parts: [String: [UInt8]] = [:]
    /// An entry of the journal that is not complete yet.
    private var entry: JournalEntry?
    /// A JSON object over several lines that is not complete yet.
    private var object: [UInt8]?

    /// Takes a line out of its envelope.
    ///
    /// - Parameters:
    ///   - raw: The line without its line feed.
    ///   - take: Takes in the content, now or with a later line. For a part of a line it is not called.
    mutating func open(_ raw: LentBytes, _ take: (Content) -> Void) {
        // F-96.
        if entry != nil || raw.begins(with: "__CURSOR=") { return addToEntry(raw, take) }
        var line = ByteScanner(raw)
        // A file that was cut while it was written begins with zero bytes. RFC 7464 puts a record separator before each
        // object.
        while let byte = line.next, byte == 0 || byte == 0x1E { line.drop(1) }
        if line.starts(with: "data: {") { line.drop(6) }
        if line.starts(with: "event: ") { return }
        if object != nil || line.rest.trimmed.equals("{") { return addToObject(line.rest, take) }
        open(line.rest, isWrapped: false, depth: 0, take)
    }

    /// Hands out what is not complete.
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

    /// Joins the parts of a line from Kubernetes.
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
        // Each line of a message counts for itself.
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

    /// Adds a line of `journalctl -o json-pretty`, or of other JSON on several lines.
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

    /// Adds a line of `journalctl -o export`.
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
