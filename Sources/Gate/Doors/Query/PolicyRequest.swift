import DANE
import Inspection
import Policy

/// A request of Postfix's policy delegation (SMTPD_POLICY_README): `name=value` lines and an empty line.
///
/// The next hop is that of `policy_context=nexthop=…`, if the administrator has set one for the service, else the
/// recipient's domain: Postfix tells no transport and no next hop.
struct PolicyRequest {
    /// The longest request in bytes. The certificate names of a client have no bound of their own.
    static let limit = 64 << 10

    private var values: [Attribute: [UInt8]] = [:]
    /// How many bytes of it have come.
    private(set) var bytes = 0

    private enum Attribute: String {
        case request, recipient, sender, policy_context, client_address, sasl_username, queue_id, protocol_state
    }

    /// Whether a request begins with a line: `request=`, which Postfix sends first.
    static func begins(with line: some Collection<UInt8>) -> Bool { line.starts(with: "request=".utf8) }

    /// Takes a line without its `\n`.
    ///
    /// - Returns: Whether it was the empty line behind the last attribute.
    mutating func take(_ line: some BidirectionalCollection<UInt8>) throws(PolicyRequestError) -> Bool {
        bytes += line.count + 1
        guard bytes <= Self.limit else { throw .tooLong }
        let line = line.withoutReturn
        guard !line.isEmpty else { return true }
        guard let end = line.firstIndex(of: UInt8(ascii: "=")) else { throw .notAttributes }
        guard let name = Attribute(rawValue: String(decoding: line[..<end], as: UTF8.self)) else { return false }
        guard values.updateValue(Array(line[line.index(after: end)...]), forKey: name) == nil else { throw .twice }
        return false
    }

    /// What is asked; nil where the answer is that there is nothing to say, as at other stages than RCPT.
    ///
    /// - Throws: If it is another kind of request.
    func request() throws(PolicyRequestError) -> DoorRequest? {
        guard text(.request) == "smtpd_access_policy" else { throw .notAttributes }
        guard text(.protocol_state) ?? "RCPT" == "RCPT", let recipient = values[.recipient], !recipient.isEmpty else {
            return nil
        }
        var request = DoorRequest(.policy, recipient: recipient)
        if let context = text(.policy_context) {
            // A slip would have the recipient's domain judged.
            let prefix = "nexthop="
            guard context.hasPrefix(prefix) else { throw .noNextHop }
            let nextHop = String(context.dropFirst(prefix.count))
            guard Destination.isUnderstood(nextHop: nextHop) else { throw .noNextHop }
            request.nextHop = nextHop
        }
        request.take(sender: values[.sender] ?? [])
        request.clientAddress = text(.client_address)
        request.authenticated = text(.sasl_username)
        request.queueID = text(.queue_id)
        return request
    }

    private func text(_ attribute: Attribute) -> String? {
        guard let value = values[attribute], !value.isEmpty else { return nil }
        return String(decoding: value, as: UTF8.self)
    }
}
