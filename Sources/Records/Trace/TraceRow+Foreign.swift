package import Support

extension TraceRow {
    /// The recipient that another host of the site has printed (`danegate trace --json`). Another version may have
    /// written it, so that only what makes a row is needed.
    ///
    /// - Parameters:
    ///   - object: What it has printed.
    ///   - mta: The host's name.
    ///   - number: A number that stands for the row here.
    /// - Returns: nil if it is no recipient of a trace.
    package init?(_ object: ForeignObject, mta: String, number: Int64) {
        // A text without an end would make a column of a table as wide, in every line.
        func text(_ key: String, _ limit: Int = 300) -> String? { object.text(key).map { BoundedText.of($0, limit) } }
        guard let time = object.time("time"), let trace = text("trace"), let recipient = text("recipient", 1200),
            let outcome = text("outcome"), let ruling = text("ruling")
        else { return nil }
        id = number
        self.time = time
        self.trace = trace
        // Bytes that are no text are escaped in it already. What is escaped twice can be read all the same.
        sender = text("sender", 1200)
        senderBytes = text("sender_bytes", 2400).flatMap(Self.bytes)
        self.recipient = recipient
        recipientBytes = text("recipient_bytes", 2400).flatMap(Self.bytes)
        domain = text("domain")
        hop = text("next_hop")
        client = text("client")
        authenticated = text("authenticated")
        self.outcome = outcome
        host = text("host")
        code = text("code")
        reply = text("reply", 4000)
        queueID = text("queue_id")
        self.ruling = ruling
        would = text("would")
        mode = text("mode") ?? ""
        isCached = object.flag("cached")
        failingFor = object.number("failing_for_s")
        cause = text("cause", 4000) ?? ""
        hazard = text("hazard")
        policy = text("policy")
        isOwnHop = object.flag("own_next_hop")
        inspectionJSON = object.object("inspection")
        inspection = object.number("inspection")
        self.mta = mta
    }

    /// Reads bytes in hexadecimal; nil if they are not.
    private static func bytes(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            let pair = digits[index...index + 1]
            guard pair.allSatisfy(\.isAlphanumeric), let byte = UInt8(String(decoding: pair, as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}
