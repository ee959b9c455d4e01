import Glibc

/// How a door beside the milter is asked, and how its answers end.
enum DoorQuestion: String {
    /// A line of the query socket, on a connection of its own whose side is closed behind it, as Exim does.
    case query
    /// Policy delegation with the attributes that Postfix 3.7 sends, on a connection that is kept.
    case policy
    /// A socketmap, on a connection that is kept.
    case map

    /// Whether each question has a connection of its own.
    var isSingle: Bool { self == .query }

    /// Writes the question for a domain.
    ///
    /// - Parameter map: The name of the socketmap.
    func write(_ name: UnsafeBufferPointer<UInt8>, map: [UInt8], to output: inout [UInt8]) {
        output.removeAll(keepingCapacity: true)
        switch self {
        case .query:
            output += Self.check
            output += name
            output += Self.values
        case .policy:
            output += Self.attributes
            output += name
            output += Self.rest
        case .map:
            output += "\(map.count + 1 + name.count):".utf8
            output += map
            output.append(UInt8(ascii: " "))
            output += name
            output.append(UInt8(ascii: ","))
        }
    }

    /// Whether an answer has come as a whole, before the connection's end.
    func isWhole(_ answer: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .query: false
        case .policy: answer.count > 1 && answer[answer.count - 1] == 10 && answer[answer.count - 2] == 10
        // What is asked for here has no other comma.
        case .map: answer.last == UInt8(ascii: ",")
        }
    }

    /// Whether nothing stands against the mail.
    func isGood(_ answer: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .query: answer.starts(with: Self.accept)
        case .policy: answer.starts(with: Self.dunno)
        case .map:
            // Behind the length and its colon: `OK …`, or `NOTFOUND `.
            answer.contains(UInt8(ascii: ":"))
                && [UInt8(ascii: "O"), UInt8(ascii: "N")].contains(
                    answer[(answer.firstIndex(of: UInt8(ascii: ":")) ?? 0) + 1])
        }
    }

    private static let check = Array("check user@".utf8)
    private static let values = Array(" from=sender@example.org client=192.0.2.9\n".utf8)
    private static let accept = Array("accept\n".utf8)
    private static let dunno = Array("action=DUNNO\n".utf8)
    private static let attributes = Array(
        """
        request=smtpd_access_policy
        protocol_state=RCPT
        protocol_name=ESMTP
        client_address=192.0.2.9
        client_name=client.example.org
        client_port=54321
        reverse_client_name=client.example.org
        server_address=192.0.2.1
        server_port=25
        helo_name=client.example.org
        sender=sender@example.org
        recipient=user@
        """.utf8)
    private static let rest = Array(
        """

        recipient_count=0
        queue_id=
        instance=4711.6740f5c1.3d2b.0
        size=12345
        etrn_domain=
        stress=
        sasl_method=
        sasl_username=
        sasl_sender=
        ccert_subject=
        ccert_issuer=
        ccert_fingerprint=
        ccert_pubkey_fingerprint=
        encryption_protocol=TLSv1.3
        encryption_cipher=TLS_AES_256_GCM_SHA384
        encryption_keysize=256
        policy_context=


        """.utf8)
}
