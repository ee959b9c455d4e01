import DANE
import Inspection
import Support

/// The maps of the TLS policy socket, in the words of socketmap (socketmap_table(5)): `OK value`, `NOTFOUND `,
/// `TEMP why`, `PERM why`.
enum TLSPolicyMap: String {
    /// Postfix's smtp_tls_policy_maps.
    case danegate
    /// The same for Postfix 3.10 and later, which reports about TLS.
    ///
    /// Its reports have the TLSA records from smtp(8) itself. The attributes for them (`policy_type`, `policy_domain`,
    /// `policy_string`, `mx_host_pattern`, `policy_failure`) belong to the answer of an MTA-STS server: "It is an error
    /// to specify these attributes for a non-STS policy" (TLSRPT_README), and a policy type is `sts` or
    /// `no-policy-found`. So the answers of both maps are the same. Who names this one has what later versions accept.
    case reported = "danegate-tlsrpt"
    /// Sendmail's FEATURE(`sts').
    case sts

    /// Not found: the MTA goes on as it would without the map.
    static let notFound = "NOTFOUND "

    /// What a request asks: a map and a key.
    enum Question {
        /// The level for a destination.
        case level(TLSPolicyMap, Destination)
        /// The answer, whatever is true.
        case answered(String)
    }

    /// Reads a request: the map's name, a blank, the key.
    ///
    /// - Parameters:
    ///   - request: Its bytes.
    ///   - port: The port where a next hop names none.
    static func read(_ request: some Collection<UInt8>, port: UInt16) -> Question {
        guard let blank = request.firstIndex(of: UInt8(ascii: " ")) else { return .answered("PERM no key") }
        guard let map = TLSPolicyMap(rawValue: String(decoding: request[..<blank], as: UTF8.self)) else {
            return .answered("PERM no such map: there are danegate, danegate-tlsrpt and sts")
        }
        let key = String(decoding: request[request.index(after: blank)...], as: UTF8.self)
        // Postfix asks for the parents of a domain, with a dot in front: levels are of the domain alone.
        // Port 465 begins with TLS (RFC 8314 §3.3), and STARTTLS is not looked for: the gate does not judge it.
        guard !key.hasPrefix("."), case .destination(let destination) = Destination.parse(nextHop: key, port: port),
            destination.port != 465
        else {
            return .answered(notFound)
        }
        return .level(map, destination)
    }

    /// What the gate says to a question of this map, in its words.
    ///
    /// - Parameter then: Takes the words, at once or later, on any thread.
    func answer(_ destination: Destination, of gate: Gate, then: @escaping @Sendable (String) -> Void) {
        switch self {
        case .danegate, .reported: gate.delivery(to: destination) { then(Self.text($0)) }
        case .sts: gate.refusal(of: destination) { then($0.map { "TEMP \(Self.printable($0))" } ?? Self.notFound) }
        }
    }

    /// A level in the words of the protocol.
    static func text(_ level: DeliveryLevel) -> String {
        switch level {
        case .own: notFound
        case .opportunistic: "OK may"
        case .dane: "OK dane"
        case .daneOnly: "OK dane-only"
        case .wait(let why): "TEMP \(printable(why))"
        }
    }

    /// A cause is a stranger's words in part.
    private static func printable(_ why: String) -> String { PrintableText.of(why.utf8, limit: 400) }
}
