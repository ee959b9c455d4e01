import DANE
import Support

/// What a line of a mail log says of a delivery; its bytes are lent for the length of a call.
struct MailDelivery {
    /// What has come of it.
    enum State {
        /// Delivered, or refused for good.
        case done
        /// It is to be tried again, and will be in the log again.
        case deferred
        /// No mail: an address was tried (Postfix's verify(8)).
        case probe
    }

    /// Who it was delivered by.
    enum Transport: Equatable {
        /// The name that Postfix and Sendmail hand to a milter as `{rcpt_mailer}`.
        case named(String)
        /// Exim's transport: a name of the administrator's own.
        case exim(String)
        /// It is not told: the line has no program.
        case unknown
    }

    /// The recipients' addresses as logged.
    var recipients: [LentBytes]
    /// Whether the line names more than these, and is cut.
    var isCut = false
    let transport: Transport
    /// Where it went; nil if no connection was made.
    let relay: Relay?
    let state: State

    /// The host that a delivery went to.
    struct Relay {
        /// Its name, which may be an address.
        let name: LentBytes
        /// Its address; nil where the line has none.
        let address: IPAddress?
        /// The port; nil where the line has none.
        let port: UInt16?

        /// A host of these parts.
        init(name: LentBytes, address: IPAddress?, port: UInt16?) {
            self.name = name
            self.address = address
            self.port = port
        }

        /// Reads `mx.example.org[192.0.2.1]:25`, `mx.example.org. [192.0.2.1]`, `[192.0.2.1]`.
        ///
        /// - Returns: nil if there is no host in it: `none`, `local`, or a socket's path.
        init?(_ text: LentBytes) {
            var rest = ByteScanner(text.trimmed)
            var name = rest.take(before: "[").trimmed
            if name.last == UInt8(ascii: ".") { name = name.part(0..<name.count - 1) }
            guard rest.skip("["), let inner = rest.take(upTo: UInt8(ascii: "]")) else {
                // A host that was not reached has no address; words of an MTA's own have no dot.
                guard name.contains(UInt8(ascii: ".")), !name.contains(where: { $0.isBlank || $0 == UInt8(ascii: "@") })
                else { return nil }
                self.init(name: name, address: nil, port: nil)
                return
            }
            let address = Self.address(inner)
            if name.isEmpty {
                // `[192.0.2.1] [192.0.2.1]`, or one of them.
                guard address != nil || inner.contains(UInt8(ascii: ".")) else { return nil }
                name = inner.begins(with: "IPv6:") ? inner.part(5..<inner.count) : inner
            } else if address == nil {
                // What is in brackets is a socket's path: `dovecot[private/lmtp]`.
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
