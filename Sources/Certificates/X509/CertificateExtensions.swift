/// The extensions of a certificate (RFC 5280 §4.2) on which the validity of a path depends.
///
/// Which extensions are known and what is malformed follows OpenSSL 3, because what OpenSSL refuses prevents a
/// delivery.
struct CertificateExtensions {
    /// Whether an extension that is read is malformed or occurs twice (F-75, RFC 5280 §4.2).
    private(set) var isMalformed = false
    /// A critical extension that is not known, in dotted form (F-75).
    private(set) var unknownCritical: String?
    /// A critical extension that other libraries process and this code does not, in dotted form: IP addresses and
    /// autonomous systems (RFC 3779). It is a doubt (F-74).
    private(set) var unprocessedCritical: String?
    private(set) var basicConstraints: BasicConstraints?
    private(set) var keyUsage: KeyUsage?
    /// Whether an extended key usage allows TLS servers (F-75, RFC 5280 §4.2.1.12); nil if there is no such extension.
    ///
    /// anyExtendedKeyUsage alone does not: an application MAY accept it, and OpenSSL does not. The usages of
    /// server-gated cryptography do, because they once meant serverAuth.
    private(set) var allowsServers: Bool?
    /// netscape-cert-type, which is older than the standard extensions; nil if there is none.
    private(set) var netscapeType: UInt8?
    private(set) var subjectKeyIdentifier: ArraySlice<UInt8>?
    private(set) var authorityKeyIdentifier: AuthorityKeyIdentifier?
    /// The subject alternative names; nil if there is no such extension.
    private(set) var alternativeNames: [GeneralName]?
    private(set) var nameConstraints: NameConstraints?
    /// Whether it is a proxy certificate (RFC 3820), which nobody accepts unless told to.
    private(set) var isProxy = false

    /// No extensions.
    init() {}

    /// Reads the contents of `[3] EXPLICIT Extensions` (RFC 5280 §4.1).
    ///
    /// - Returns: nil if they are not a list of extensions.
    init?(_ contents: ArraySlice<UInt8>) {
        guard let list = DERReader.only(DERReader.Tag.sequence, in: contents),
            let extensions = DERReader.all(DERReader.Tag.sequence, in: list)
        else { return nil }
        var seen: Set<[UInt8]> = []
        for element in extensions {
            var reader = DERReader(element.contents)
            guard let identifier = reader.next(DERReader.Tag.objectIdentifier)?.contents, OID.isWellFormed(identifier)
            else { return nil }
            var isCritical = false
            if let flag = reader.next(DERReader.Tag.boolean) {
                guard flag.contents.count == 1 else { return nil }
                isCritical = flag.contents.first != 0
            }
            guard let value = reader.next(DERReader.Tag.octetString)?.contents, reader.isAtEnd else { return nil }
            let type = Array(identifier)
            let isRead = read(type, value)
            // RFC 5280 §4.2: an extension must not occur twice.
            if isRead, !seen.insert(type).inserted { isMalformed = true }
            if isCritical { noteCritical(type) }
        }
    }

    /// Reads an extension.
    ///
    /// - Returns: Whether it is an extension that this code reads.
    private mutating func read(_ type: [UInt8], _ value: ArraySlice<UInt8>) -> Bool {
        func whole<Value>(_ read: Value?) -> Value? {
            if read == nil { isMalformed = true }
            return read
        }
        switch type {
        case OID.basicConstraints: basicConstraints = whole(BasicConstraints(value))
        case OID.keyUsage: keyUsage = whole(KeyUsage(value))
        case OID.extendedKeyUsage: allowsServers = whole(Self.allowsServers(value))
        case OID.netscapeType: netscapeType = whole(BitString.bytes(value).map { $0.first ?? 0 })
        case OID.subjectKeyIdentifier:
            var reader = DERReader(value)
            subjectKeyIdentifier = whole(reader.next(DERReader.Tag.octetString)?.contents)
        case OID.authorityKeyIdentifier: authorityKeyIdentifier = whole(AuthorityKeyIdentifier(value))
        case OID.subjectAlternativeName:
            var reader = DERReader(value)
            alternativeNames =
                whole(reader.next(DERReader.Tag.sequence).flatMap { GeneralName.list($0.contents) }) ?? []
        case OID.nameConstraints: nameConstraints = whole(NameConstraints(value))
        case OID.distributionPoints: if !DistributionPoints.isWellFormed(value) { isMalformed = true }
        case OID.proxyInformation: isProxy = true
        default: return false
        }
        return true
    }

    /// Notes a critical extension that is not recognized. It makes the certificate invalid (F-75, RFC 5280 §4.2).
    ///
    /// Policies (§4.2.1.4, §4.2.1.5, §4.2.1.11, §4.2.1.14) are recognized, and any policy is acceptable, because SMTP
    /// requires none (F-73). As in OpenSSL and Postfix, the tree of policies (§6.1.2 (a) to (f)) is not followed. The
    /// key identifiers are not recognized here: §4.2.1.1 and §4.2.1.2 say that they MUST NOT be critical.
    private mutating func noteCritical(_ type: [UInt8]) {
        switch type {
        case OID.basicConstraints, OID.keyUsage, OID.extendedKeyUsage, OID.netscapeType, OID.subjectAlternativeName,
            OID.nameConstraints, OID.distributionPoints, OID.proxyInformation, OID.certificatePolicies,
            OID.policyMappings, OID.policyConstraints, OID.inhibitAnyPolicy, OID.noCheck:
            break
        case OID.addressBlocks, OID.autonomousSystems:
            unprocessedCritical = unprocessedCritical ?? OID.dotted(type[...])
        default: unknownCritical = unknownCritical ?? OID.dotted(type[...]) ?? "of an odd name"
        }
    }

    private static func allowsServers(_ value: ArraySlice<UInt8>) -> Bool? {
        var reader = DERReader(value)
        guard let contents = reader.next(DERReader.Tag.sequence)?.contents,
            let usages = DERReader.all(DERReader.Tag.objectIdentifier, in: contents),
            usages.allSatisfy({ OID.isWellFormed($0.contents) })
        else { return nil }
        let servers = [OID.serverAuthentication, OID.microsoftGatedServer, OID.netscapeGatedServer]
        return usages.contains { usage in servers.contains { usage.contents.elementsEqual($0) } }
    }
}
