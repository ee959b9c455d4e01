import DANE
import Support

/// A delivery in a line of a mail log. Its bytes are valid only during the call.
struct MailDelivery {
    /// The result of the delivery.
    enum State {
        /// Delivered, or refused permanently.
        case done
        /// Deferred. A later line will have the next attempt.
        case deferred
        /// No mail, but the test of an address (Postfix's verify(8)).
        case probe
    }

    /// The transport of the delivery.
    enum Transport: Equatable {
        /// The name that Postfix and Sendmail give a milter as `{rcpt_mailer}`.
        case named(String)
        /// A transport of Exim, whose name the administrator chose.
        case exim(String)
        /// Not known, because the line names no program.
        case unknown
    }

    /// The addresses of the recipients, as logged.
    var recipients: [LentBytes]
    /// Whether the line was cut, so that recipients are missing.
    var isCut = false
    let transport: Transport
    /// The host that took the mail; nil if no connection was made.
    let relay: Relay?
    let state: State

    /// The host of a delivery.
    struct Relay {
        /// The name of the host, which may be an address.
        let name: LentBytes
        /// The address of the host; nil if the line has none.
        let address: IPAddress?
        /// The port; nil if the line has none.
        let port: UInt16?

        /// Makes a host.
        init(name: LentBytes, address: IPAddress?, port: UInt16?) {
            self.name = name
            self.address = address
            self.port = port
        }

        /// Reads `mx.example.org[192.0.2.1]:25`, `mx.example.org. [192.0.2.1]`, `[192.0.2.1]`.
        ///
        /// - Returns: The host; nil for words that name none: `none`, `local`, or the path of a socket.
        init?(_ text: LentBytes) {
            var rest = ByteScanner(text.trimmed)
            var name = rest.take(before: "[").trimmed
            if name.last == UInt8(ascii: ".") { name = name.part(0..<name.count - 1) }
            guard rest.skip("["), let inner = rest.take(upTo: UInt8(ascii: "]")) else {
                // A host that was not reached has no address. Words of the MTA have no dot.
                guard name.contains(UInt8(ascii: ".")), !name.contains(where: { $0.isBlank || $0 == UInt8(ascii: "@") })
                else { return nil }
                self.init(name: name, address: nil, port: nil)
                return
            }
            let address = Self.address(inner)
            if name.isEmpty {
                // It is `[192.0.2.1] [192.0.2.1]`, or one of them.
                guard address != nil || inner.contains(UInt8(ascii: ".")) else { return nil }
                name = inner.begins(with: "IPv6:") ? inner.part(5..<inner.count) : inner
            } else if address == nil {
                // The brackets hold the path of a socket: `dovecot[private/lmtp]`.
                return nil
            }
            var port: UInt16?
            if rest.skip(":") { port = UInt16(rest.rest.part(0..<rest.rest.prefix(while: \.isDigit).count).text) }
            self.init(name: name, address: address, port: port)
        }

        private static func address(_ text: LentBytes) -> IPAddress? {
            guard text.count <= 60 else { return nil }
            return IPAddress(text.begins(with: "IPv6:") ? text.part(5..<text.count).text : text.text)
        }
    }
}
