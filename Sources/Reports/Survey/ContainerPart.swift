import Support

/// A line that a container runtime of Kubernetes wrote (CRI): `2026-11-27T10:00:00.123456789Z stdout F text`, or a part
/// of one.
struct ContainerPart {
    /// `stdout` or `stderr`.
    let stream: String
    /// Whether the line ends here: the tag is `F`, and not `P`.
    let isLast: Bool
    /// The text, unchanged.
    let text: LentBytes

    /// - Returns: The line; nil if it has another form.
    init?(_ line: LentBytes) {
        guard line.count > 20, line[0].isDigit, line[10] == UInt8(ascii: "T") else { return nil }
        var rest = ByteScanner(line)
        guard rest.skipTime(), rest.starts(with: "stdout ") || rest.starts(with: "stderr "), let stream = rest.token(),
            let tag = rest.next, tag == UInt8(ascii: "F") || tag == UInt8(ascii: "P")
        else { return nil }
        let tags = rest.peek()
        guard tags.count == 1 || tags[1] == UInt8(ascii: ":") else { return nil }
        // One blank separates them. All that follows belongs to the text.
        rest.drop(tags.count + 1)
        self.stream = stream.text
        isLast = tag == UInt8(ascii: "F")
        text = rest.rest
    }
}
