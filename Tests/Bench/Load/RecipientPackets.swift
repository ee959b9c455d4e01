/// The packets of a session with the macros that the milter asked for. They are made once, and only the recipient's
/// name is filled in later.
struct RecipientPackets {
    private var mail: [UInt8] = []
    private let parts: (address: Bool, host: Bool, mailer: [UInt8])
    private(set) var hasMail = false
    private(set) var answersMail = false

    /// None yet.
    init() { parts = (false, false, []) }

    /// Those after a negotiation.
    init(_ negotiated: Negotiated, mailer: String) {
        hasMail = negotiated.hasMAIL
        answersMail = negotiated.answersMAIL
        let macros = [
            ("{client_addr}", "192.0.2.9"), ("{client_name}", "client.example.org"),
            ("{daemon_name}", "mx.example.net"),
            ("{mail_addr}", "sender@example.org"), ("{mail_host}", "example.org"), ("{mail_mailer}", "smtp"),
        ]
        var text: [UInt8] = [UInt8(ascii: "M")]
        for (name, value) in macros where negotiated.wants(name, at: 2) {
            text += Array(name.utf8) + [0] + Array(value.utf8) + [0]
        }
        mail = Self.packet("D", text) + Self.packet("M", Array("<sender@example.org>".utf8) + [0])
        parts = (
            negotiated.wants("{rcpt_addr}", at: 3), negotiated.wants("{rcpt_host}", at: 3),
            negotiated.wants("{rcpt_mailer}", at: 3) ? Array("{rcpt_mailer}\0\(mailer)\0".utf8) : []
        )
    }

    func addMail(to output: inout PacketBuffer) { output.put(mail) }

    func addConnect(to output: inout PacketBuffer) {
        output.put(Self.packet("D", Array("Cj\0mx.example.net\0".utf8)))
        output.put(Self.packet("C", Array("client.example.org\0004\u{30}\u{39}192.0.2.9\0".utf8)))
    }

    func addHELO(to output: inout PacketBuffer) {
        output.put(Self.packet("D", Array("H".utf8)))
        output.put(Self.packet("H", Array("client.example.org\0".utf8)))
    }

    /// RCPT for an address of a domain, which is also the next hop.
    func addRecipient(_ domain: UnsafeBufferPointer<UInt8>, to output: inout PacketBuffer) {
        output.begin(UInt8(ascii: "D"))
        output.byte(UInt8(ascii: "R"))
        if parts.address {
            Self.put("{rcpt_addr}\0user@", to: &output)
            output.put(domain)
            output.byte(0)
        }
        if parts.host {
            Self.put("{rcpt_host}\0", to: &output)
            output.put(domain)
            output.byte(0)
        }
        output.put(parts.mailer)
        output.end()
        output.begin(UInt8(ascii: "R"))
        Self.put("<user@", to: &output)
        output.put(domain)
        output.byte(UInt8(ascii: ">"))
        output.byte(0)
        output.end()
    }

    private static func put(_ text: StaticString, to output: inout PacketBuffer) {
        output.put(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private static func packet(_ command: Unicode.Scalar, _ data: [UInt8]) -> [UInt8] {
        let length = data.count + 1
        return [0, 0, UInt8(length >> 8), UInt8(length & 255), UInt8(truncatingIfNeeded: command.value)] + data
    }
}
