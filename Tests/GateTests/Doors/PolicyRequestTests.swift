import Support
import Testing

@testable import Gate

/// Requests of Postfix's policy delegation.
@Suite struct PolicyRequestTests {
    private static func read(_ lines: [String]) throws(PolicyRequestError) -> DoorRequest? {
        var request = PolicyRequest()
        for line in lines where try request.take(Array(line.utf8)) { return try request.request() }
        return nil
    }

    private static let begun = ["request=smtpd_access_policy", "protocol_state=RCPT"]

    /// As Postfix 3.7 sends it.
    private static let whole =
        begun + [
            "protocol_name=ESMTP", "client_address=192.0.2.9", "client_name=client.example.org", "client_port=4711",
            "reverse_client_name=client.example.org", "server_address=192.0.2.1", "server_port=25", "helo_name=x=y",
            "sender=a@b.example", "recipient=c@d.example", "recipient_count=0", "queue_id=", "instance=1.2.3",
            "size=0", "etrn_domain=", "stress=", "sasl_method=PLAIN", "sasl_username=user", "sasl_sender=",
            "ccert_subject=CN=a, O=b", "ccert_issuer=", "ccert_fingerprint=", "ccert_pubkey_fingerprint=",
            "encryption_protocol=TLSv1.3", "encryption_cipher=TLS_AES_256_GCM_SHA384", "encryption_keysize=256",
            "policy_context=", "",
        ]

    @Test(arguments: ["", "\r"]) func postfixIsUnderstood(end: String) throws {
        let request = try #require(try Self.read(Self.whole.map { $0 + end }))
        #expect(request.receivedRecipient.text == "<c@d.example>" && request.sender == "<a@b.example>")
        #expect(request.clientAddress == "192.0.2.9" && request.authenticated == "user" && request.queueID == nil)
        #expect(request.nextHop == nil && !request.recipientIsCut && request.transport == nil)
    }

    static let contexts: [(context: String, nextHop: String?)] = [
        ("nexthop=[relay.example]:587", "[relay.example]:587"), ("nexthop=relay.example", "relay.example"),
        ("", nil), ("nexthop=[relay.example]", "[relay.example]"),
    ]

    @Test(arguments: contexts.indices) func theContextNamesTheNextHop(index: Int) throws {
        let (context, nextHop) = Self.contexts[index]
        let request = try Self.read(Self.begun + ["recipient=a@b.example", "policy_context=\(context)", ""])
        #expect(try #require(request).nextHop == nextHop)
    }

    static let silent: [[String]] = [
        begun + [""], begun + ["recipient=", ""],
        ["request=smtpd_access_policy", "protocol_state=DATA", "recipient=a", ""],
        ["request=smtpd_access_policy", "protocol_state=VRFY", "recipient=a", ""],
    ]

    @Test(arguments: silent) func otherStagesHaveNothingToSay(lines: [String]) throws {
        #expect(try Self.read(lines) == nil)
    }

    static let read: [String] = [
        "request", "recipient", "sender", "policy_context", "client_address", "sasl_username", "queue_id",
        "protocol_state",
    ]

    @Test(arguments: read, ["", "x"]) func noAttributeThatIsReadComesTwice(name: String, value: String) {
        #expect(throws: PolicyRequestError.twice) { try Self.read(["\(name)=x", "\(name)=\(value)", ""]) }
    }

    @Test func anUnknownAttributeMayComeTwice() throws {
        #expect(try Self.read(Self.begun + ["new=1", "new=2", "recipient=a@b.example", ""]) != nil)
    }

    static let wrong: [[String]] = [
        [""], ["recipient=a@b.example", ""], ["request=", ""], ["request=smtpd_access_policy2", ""],
        ["request=SMTPD_ACCESS_POLICY", ""], ["request=junk", "recipient=a@b.example", ""], ["request", ""],
        ["request=smtpd_access_policy", "recipient", ""], ["request=smtpd_access_policy", " ", ""],
    ]

    @Test(arguments: wrong) func whatIsNoRequestIsRefused(lines: [String]) {
        #expect(throws: PolicyRequestError.notAttributes) { try Self.read(lines) }
    }

    /// Values are what stands behind the first `=`, and a recipient that is too long is known to be cut.
    @Test func valuesAreTakenAsTheyAre() throws {
        let odd = try #require(try Self.read(Self.begun + ["recipient=a=b@c.example", "sender=\"x y\"@d.example", ""]))
        #expect(odd.receivedRecipient.text == "<a=b@c.example>" && odd.sender == "<\"x y\"@d.example>")
        for (count, isCut) in [(1024, false), (1025, true), (60_000, true)] {
            let long = try Self.read(Self.begun + ["recipient=" + String(repeating: "x", count: count), ""])
            let request = try #require(long)
            #expect(
                request.recipientIsCut == isCut && request.receivedRecipient.text.utf8.count == min(count, 1024) + 2)
        }
    }

    static let lines: [(line: String, begins: Bool)] = [
        ("request=", true), ("request=x", true), ("a=b", false), ("policy_context=x", false), ("", false),
        ("=", false), ("request", false), ("check a=b", false), ("Request=x", false), (" request=x", false),
    ]

    @Test(arguments: lines.indices) func aRequestBeginsWithItsKind(index: Int) {
        #expect(PolicyRequest.begins(with: Array(Self.lines[index].line.utf8)) == Self.lines[index].begins)
    }

    /// A slip of the configuration does not let all mail pass.
    @Test(arguments: [
        "nexthop=[relay.example:587]", "nexthop=[relay.example", "nexthop=relay.example:99999", "nexthop=",
        "nexthop=smtp:[relay.example]", "nexthop=a,b", "nexthop=a=b", "nexthop=bad..example", "NEXTHOP=x.example",
        "next_hop=x.example", "nexthop = x.example", "anything", "x nexthop=y", "[relay.example]:587",
    ])
    func aNextHopThatIsNotUnderstoodIsRefused(context: String) {
        #expect(throws: PolicyRequestError.noNextHop) {
            try Self.read(Self.begun + ["recipient=a@b.example", "policy_context=\(context)", ""])
        }
    }
}
