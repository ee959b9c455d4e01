/// Reads the elements of DER (X.690) one after another, never beyond the bytes it was given.
///
/// It knows definite lengths of up to four bytes and single-byte tags; anything else reads as nil. It copies nothing:
/// elements are slices of the bytes.
struct DERReader {
    /// One element: its tag, all of its bytes, and those of its contents.
    struct Element {
        /// The identifier byte (class, constructed bit and number).
        let tag: UInt8
        /// Tag, length and contents.
        let whole: ArraySlice<UInt8>
        /// The contents alone.
        let contents: ArraySlice<UInt8>
    }

    /// Identifier bytes of the elements that certificates are made of.
    enum Tag {
        static let boolean: UInt8 = 0x01
        static let integer: UInt8 = 0x02
        static let bitString: UInt8 = 0x03
        static let octetString: UInt8 = 0x04
        static let objectIdentifier: UInt8 = 0x06
        static let utf8String: UInt8 = 0x0C
        static let ia5String: UInt8 = 0x16
        static let utcTime: UInt8 = 0x17
        static let generalizedTime: UInt8 = 0x18
        static let sequence: UInt8 = 0x30
        static let set: UInt8 = 0x31

        /// The context-specific tag with this number, of an element that holds no others.
        static func primitive(_ number: UInt8) -> UInt8 { 0x80 | number }
        /// The context-specific tag with this number, of an element that is made of others.
        static func constructed(_ number: UInt8) -> UInt8 { 0xA0 | number }
    }

    private var rest: ArraySlice<UInt8>

    /// A reader of these bytes.
    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// Whether every byte has been read.
    var isAtEnd: Bool { rest.isEmpty }

    /// The next element if it has this tag. Otherwise nil, and nothing is read; also if the element is not complete.
    mutating func next(_ tag: UInt8) -> Element? {
        rest.first == tag ? next() : nil
    }

    /// The next element, whatever its tag. nil, and nothing is read, if it is not complete.
    mutating func next() -> Element? {
        guard let element = peek() else { return nil }
        rest = rest[element.whole.endIndex...]
        return element
    }

    /// The contents of the single element with this tag that fills the bytes exactly.
    static func only(_ tag: UInt8, in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var reader = DERReader(bytes)
        guard let element = reader.next(tag), reader.isAtEnd else { return nil }
        return element.contents
    }

    /// The elements that fill the bytes exactly, each with this tag; nil if anything else is among them.
    static func all(_ tag: UInt8, in bytes: ArraySlice<UInt8>) -> [Element]? {
        var reader = DERReader(bytes)
        var elements: [Element] = []
        while let element = reader.next(tag) { elements.append(element) }
        return reader.isAtEnd ? elements : nil
    }

    private func peek() -> Element? {
        var body = rest
        guard let tag = body.popFirst(), let first = body.popFirst() else { return nil }
        var length = Int(first)
        if first & 0x80 != 0 {
            let count = Int(first & 0x7F)
            // 0x80 is BER's indefinite length. Four bytes can express more than any certificate has.
            guard (1...4).contains(count), body.count >= count else { return nil }
            length = body.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            body = body.dropFirst(count)
        }
        guard length <= body.count else { return nil }
        let contents = body.prefix(length)
        return Element(tag: tag, whole: rest[rest.startIndex..<contents.endIndex], contents: contents)
    }
}
