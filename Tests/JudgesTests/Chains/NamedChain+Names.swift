import World
import WorldHosts

extension NamedChain {
    /// When two names are one (RFC 5280 §7.1).
    static let issuers: [NamedChain] = [
        NamedChain("all in order", .authenticated) { _ in },
        NamedChain("the issuer's name in PrintableString", .authenticated) {
            $0[0].issuer = [[.organization("Acme Mail", tag: 0x13)], [.commonName("Acme Issuing CA", tag: 0x13)]]
        },
        NamedChain("the issuer's name in BMPString", .authenticated) {
            $0[0].issuer = [[.organization("Acme Mail", tag: 0x1E)], [.commonName("Acme Issuing CA", tag: 0x1E)]]
        },
        NamedChain("the root's name in TeletexString, its issued CA's in IA5String", .authenticated) {
            $0[2].subject = [[.organization("Acme Mail", tag: 0x14)], [.commonName("Acme Root CA", tag: 0x14)]]
            $0[1].issuer = [[.organization("Acme Mail", tag: 0x16)], [.commonName("Acme Root CA", tag: 0x16)]]
        },
        NamedChain("the issuer's name in capitals", .authenticated) {
            $0[0].issuer = [[.organization("ACME MAIL")], [.commonName("ACME ISSUING CA", tag: 0x13)]]
        },
        NamedChain("the issuer's name with blanks", .authenticated) {
            $0[0].issuer = [[.organization("  Acme   Mail ")], [.commonName("Acme Issuing\tCA")]]
        },
        NamedChain("the blank is missing", .refused) {
            $0[0].issuer = [[.organization("AcmeMail")], [.commonName("Acme Issuing CA")]]
        },
        NamedChain("a relative name of two attributes, in the other order", .authenticated) {
            $0[1].subject = [[.organization("Acme"), .commonName("Issuing")]]
            $0[0].issuer = [[.commonName("ISSUING", tag: 0x13), .organization("acme", tag: 0x1E)]]
        },
        NamedChain("two relative names in the place of one", .refused) {
            $0[1].subject = [[.organization("Acme"), .commonName("Issuing")]]
            $0[0].issuer = [[.organization("Acme")], [.commonName("Issuing")]]
        },
        NamedChain("the relative names in the other order", .refused) {
            $0[0].issuer = [[.commonName("Acme Issuing CA")], [.organization("Acme Mail")]]
        },
        NamedChain("another type of attribute", .refused) {
            $0[0].issuer = [[.organization("Acme Mail")], [.organization("Acme Issuing CA")]]
        },
        NamedChain("an attribute more", .refused) {
            $0[0].issuer = [[.organization("Acme Mail")], [.commonName("Acme Issuing CA")], [.commonName("x")]]
        },
        // RFC 5280 §7.1 is about strings of characters; a NumericString is compared by its bytes.
        NamedChain("a NumericString for a PrintableString", .refused) {
            $0[1].subject = [[.commonName("2026", tag: 0x12)]]
            $0[0].issuer = [[.commonName("2026", tag: 0x13)]]
        },
        NamedChain("a sharp letter in Latin 1 and in UTF-8", .authenticated) {
            $0[1].subject = [[.commonName("Gr\u{F6}\u{DF}e")]]
            $0[0].issuer = [[.init("2.5.4.3", tag: 0x14, [0x47, 0x72, 0xF6, 0xDF, 0x65])]]
        },
        // RFC 4518 §2.2 folds the case of all letters, OpenSSL of ASCII's.
        NamedChain("letters of other scripts in capitals", .authenticated, openSSL: .refused) {
            $0[1].subject = [[.commonName("\u{C4}\u{400}\u{391}")]]
            $0[0].issuer = [[.commonName("\u{E4}\u{450}\u{3B1}")]]
        },
        // RFC 4518 §2.3: form KC.
        NamedChain("a letter with its mark apart", .authenticated, openSSL: .refused) {
            $0[1].subject = [[.commonName("A\u{308}\u{FB01}")]]
            $0[0].issuer = [[.commonName("\u{C4}fi")]]
        },
        NamedChain("another letter", .refused) {
            $0[0].issuer = [[.organization("Acme Mail")], [.commonName("Acme Issuing CB")]]
        },
        // RFC 5280 §4.1.2.4 wants an issuer's name; equal they are all the same.
        NamedChain("a CA without a name", .authenticated) { $0[1].subject = [] },
        NamedChain("the authority's key is another", .refused) {
            $0.put(1, .subjectKey([1, 2, 3]))
            $0.put(0, .authorityKey([1, 2, 4]))
        },
        NamedChain("the authority's serial number is another", .refused) {
            $0.put(0, .authorityKey(nil, serialNumber: [0x77]))
        },
        NamedChain("the authority's issuer is written in another way", .authenticated) {
            $0.put(
                0,
                .authorityKey(
                    nil, issuer: [[.organization("ACME  MAIL", tag: 0x13)], [.commonName("acme root ca", tag: 0x1E)]],
                    serialNumber: [0x42]))
        },
    ]

    /// What name constraints forbid (RFC 5280 §4.2.1.10), in all nine forms.
    static let constraints: [NamedChain] = [
        NamedChain("a directory name that is not permitted", .refused) {
            $0.constrain(permitted: [.directory([[.organization("Nobody")]])])
        },
        NamedChain("a directory name that is not permitted, not critical", .refused) {
            $0.constrain(permitted: [.directory([[.organization("Nobody")]])], critical: false)
        },
        NamedChain("a directory name that is permitted in other strings", .authenticated) {
            $0[0].subject = [[.organization("Acme Mail")], [.commonName("mx.example.com")]]
            $0.constrain(permitted: [.directory([[.organization("ACME  mail", tag: 0x1E)]])])
        },
        NamedChain("the CA's own name is not permitted", .refused) {
            $0[0].subject = [[.organization("Other")], [.commonName("mx.example.com")]]
            $0[1].subject = [[.organization("Wrong")]]
            $0.constrain(permitted: [.directory([[.organization("Other")]])])
        },
        NamedChain("an excluded directory name", .refused) {
            $0[0].subject = [[.organization("Acme Mail")], [.commonName("mx.example.com")]]
            $0.constrain(1, excluded: [.directory([[.organization("acme mail")]])])
        },
        NamedChain("every directory name is excluded", .refused) { $0.constrain(1, excluded: [.directory([])]) },
        NamedChain("a directory name among the alternative ones is excluded", .refused) {
            $0.name(.directory([[.organization("Bad")]]))
            $0.constrain(1, excluded: [.directory([[.organization("BAD", tag: 0x13)]])])
        },
        NamedChain("an empty subject is no directory name", .authenticated) {
            $0[0].subject = []
            $0.constrain(1, permitted: [.directory([[.organization("Nobody")]])])
        },
        NamedChain("a URI that is not permitted", .refused) {
            $0.name(.uri("https://mx.example.com/"))
            $0.constrain(permitted: [.uri("mx.example.org")])
        },
        NamedChain("a URI that is permitted, with a port", .authenticated) {
            $0.name(.uri("https://MX.example.com:25/path"))
            $0.constrain(permitted: [.uri(".EXAMPLE.com")])
        },
        NamedChain("an excluded URI", .refused) {
            $0.name(.uri("ldap://mx.example.com"))
            $0.constrain(excluded: [.uri("mx.example.com")])
        },
        NamedChain("a URI without a host", .refused) {
            $0.name(.uri("urn:uuid:1"))
            $0.constrain(excluded: [.uri("mx.example.com")])
        },
        NamedChain("a URI without a host, and no constraint on URIs", .authenticated) {
            $0.name(.uri("urn:uuid:1"))
            $0.constrain(excluded: [.dns("mx.example.org")])
        },
        // "The application MUST reject the certificate" where the host is an IP address; OpenSSL reads a name.
        NamedChain("a URI with an address", .refused, openSSL: .authenticated) {
            $0.name(.uri("https://192.0.2.1/"))
            $0.constrain(excluded: [.uri("mx.example.org")])
        },
        // RFC 3986 §3.2: the user is none of the host.
        NamedChain("an excluded URI with a user", .refused, openSSL: .authenticated) {
            $0.name(.uri("https://user@mx.example.org/"))
            $0.constrain(excluded: [.uri("mx.example.org")])
        },
        NamedChain("a DNS name in capitals is permitted", .authenticated) {
            $0.constrain(permitted: [.dns("EXAMPLE.COM")])
        },
        NamedChain("a DNS name in capitals is excluded", .refused) { $0.constrain(excluded: [.dns("EXAMPLE.COM")]) },
        NamedChain("another DNS name is permitted", .refused) { $0.constrain(permitted: [.dns("ample.com")]) },
        NamedChain("one of several is permitted", .authenticated) {
            $0.constrain(permitted: [.dns("example.org"), .dns("mx.example.com"), .dns("x")])
        },
        NamedChain("every DNS name is excluded", .refused) { $0.constrain(1, excluded: [.dns("")]) },
        NamedChain("the names below a domain are permitted", .authenticated) {
            $0.constrain(permitted: [.dns(".example.com")])
        },
        NamedChain("the names below the server's are permitted", .refused) {
            $0.constrain(permitted: [.dns(".mx.example.com")])
        },
        NamedChain("permitted by the root, excluded by the CA", .refused) {
            $0.constrain(permitted: [.dns("example.com")])
            $0.constrain(1, excluded: [.dns("mx.example.com")])
        },
        NamedChain("a common name stands for a DNS name", .refused) {
            $0.drop(0, "2.5.29.17")
            $0.constrain(permitted: [.dns("example.org")])
        },
        NamedChain("a common name beside a DNS name stands for none", .authenticated) {
            $0[0].subject = [[.commonName("mx.example.org")]]
            $0.constrain(permitted: [.dns("example.com")])
        },
        NamedChain("a mailbox that is not permitted", .refused) {
            $0.name(.mailbox("post@example.com"))
            $0.constrain(permitted: [.mailbox("example.org"), .mailbox(".example.com"), .mailbox("Post@example.com")])
        },
        NamedChain("a mailbox that is permitted", .authenticated) {
            $0.name(.mailbox("post@EXAMPLE.com"))
            $0.constrain(permitted: [.mailbox("post@example.COM")])
        },
        NamedChain("an e-mail address in the subject is excluded", .refused) {
            $0[0].subject.append([.email("post@example.com")])
            $0.constrain(excluded: [.mailbox("example.com")])
        },
        NamedChain("an e-mail address that cannot be compared", .refused) {
            $0[0].subject.append([.email("post@example.com", tag: 0x0C)])
            $0.constrain(excluded: [.dns("example.org")])
        },
        NamedChain("a mailbox without a host", .refused) {
            $0.name(.mailbox("post"))
            $0.constrain(excluded: [.mailbox("example.org")])
        },
        NamedChain("an international mailbox is excluded", .refused) {
            $0.name(.international("p\u{F6}st@B\u{FC}cher.example"))
            $0.constrain(excluded: [.mailbox("xn--bcher-kva.example")])
        },
        NamedChain("an international mailbox elsewhere", .authenticated) {
            $0.name(.international("p\u{F6}st@b\u{FC}cher.example"))
            $0.constrain(excluded: [.mailbox("example.org")])
        },
        NamedChain("an address that is not permitted", .refused) {
            $0.name(.address([192, 0, 2, 1]))
            $0.constrain(permitted: [.address([192, 0, 2, 128, 255, 255, 255, 128])])
        },
        NamedChain("an IPv6 address where IPv4 ones are permitted", .refused) {
            $0.name(.address([UInt8](repeating: 1, count: 16)))
            $0.constrain(permitted: [.address([0, 0, 0, 0, 0, 0, 0, 0])])
        },
        NamedChain("an excluded address", .refused) {
            $0.name(.address([192, 0, 2, 1]))
            $0.constrain(excluded: [.address([0, 0, 0, 0, 0, 0, 0, 0])])
        },
        NamedChain("an address of no length", .refused) {
            $0.name(.address([192, 0, 2]))
            $0.constrain(excluded: [.address([10, 0, 0, 0, 255, 0, 0, 0])])
        },
        NamedChain("an X.400 address, and a constraint on such", .refused) {
            $0.name(.x400)
            $0.constrain(excluded: [.x400])
        },
        NamedChain("an EDI party's name, and a constraint on such", .refused) {
            $0.name(.edi)
            $0.constrain(permitted: [.edi])
        },
        NamedChain("an EDI party's name that is none", .refused) { $0.name(.raw([0xA5, 0])) },
        NamedChain("a name of another form without a value", .refused) { $0.name(.raw([0xA0, 3, 0x06, 1, 0x2A])) },
        NamedChain("a name in a form that there is not", .refused) { $0.name(.raw([0x89, 1, 0])) },
        NamedChain("a directory name that is none", .refused) { $0.name(.raw([0xA4, 2, 0x31, 0])) },
        NamedChain("a registered identifier, and a constraint on such", .refused) {
            $0.name(.registered("1.2.3"))
            $0.constrain(excluded: [.registered("1.2.4")])
        },
        NamedChain("a name of another form, and a constraint on such", .refused) {
            $0.name(.otherName(type: "1.2.3", value: [5, 0]))
            $0.constrain(excluded: [.otherName(type: "1.2.3", value: [5, 0])], critical: false)
        },
        NamedChain("names of two other forms", .authenticated) {
            $0.name(.otherName(type: "1.2.3", value: [5, 0]))
            $0.constrain(excluded: [.otherName(type: "1.2.4", value: [5, 0])])
        },
        NamedChain("constraints on forms that nobody has", .authenticated) {
            $0.constrain(
                permitted: [
                    .x400, .edi, .registered("1.2"), .uri("a.example"), .mailbox("a.example"),
                    .address([0, 0, 0, 0, 0, 0, 0, 0]),
                ],
                excluded: [.otherName(type: "1.2.3", value: [5, 0])])
        },
        NamedChain("a distance that there is not", .refused) {
            $0.put(2, .nameConstraints(permitted: [.init(.dns("example.com"), minimum: 1)]))
        },
        NamedChain("a greatest distance, on a form that nobody has", .authenticated) {
            $0.put(2, .nameConstraints(permitted: [.init(.uri("example.com"), maximum: 1)]))
        },
        NamedChain("a constraint that is malformed", .refused) {
            $0.put(2, .init("2.5.29.30", critical: false, [0x30, 0x01]))
        },
        NamedChain("the anchor's constraints count where it is no root", .refused, anchor: 1) {
            $0.constrain(1, permitted: [.dns("example.org")], critical: false)
        },
        NamedChain("what stands above the anchor does not", .authenticated, anchor: 1) {
            $0.constrain(2, permitted: [.dns("example.org")])
        },
        // RFC 5280 §6.1.3 (b): a self-issued certificate that is not the last one is not held to them.
        NamedChain("a self-issued CA's names do not count", .authenticated) {
            $0[1].subject = $0[2].subject
            $0.put(1, .subjectKey([1]))
            $0.put(2, .subjectKey([2]))
            $0.put(0, .authorityKey([1]))
            $0.put(1, .authorityKey([2]))
            $0.put(1, .alternativeNames([.dns("example.org")]))
            $0.constrain(permitted: [.dns("example.com")])
        },
    ]
}
