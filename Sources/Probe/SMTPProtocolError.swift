/// How a host broke the protocol or exceeded one of our limits, as a sentence.
struct SMTPProtocolError: Error, Hashable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
