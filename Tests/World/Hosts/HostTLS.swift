import NIOSSL

/// The server side of TLS for one host: which context serves which name, or which kind of key.
struct HostTLS: Sendable {
    private let byName: [String: NIOSSLContext]
    private let byKey: [CertificateKey.Algorithm: NIOSSLContext]
    private let fallback: NIOSSLContext?
    /// Who speaks TLS instead, if anybody does.
    let openSSL: OpenSSLServer?

    /// - Throws: If NIOSSL does not take a certificate or key.
    init(_ behaviour: SMTPHostBehaviour) throws {
        var byName: [String: NIOSSLContext] = [:]
        var byKey: [CertificateKey.Algorithm: NIOSSLContext] = [:]
        if case .openSSL(let chain, let options) = behaviour.certificates {
            openSSL = try OpenSSLServer(chain, options)
        } else {
            openSSL = nil
        }
        switch behaviour.certificates {
        case .none, .openSSL:
            fallback = nil
        case .chain(let chain, let depths):
            fallback = try Self.context(chain, sending: depths, behaviour)
        case .byName(let chains, let chain):
            byName = try chains.mapValues { try Self.context($0, sending: nil, behaviour) }
            fallback = try chain.map { try Self.context($0, sending: nil, behaviour) }
        case .byKey(let chains):
            for chain in chains { byKey[chain.key.algorithm] = try Self.context(chain, sending: nil, behaviour) }
            // To a client that takes none of them: the handshake fails in its own way.
            fallback = chains.first.flatMap { byKey[$0.key.algorithm] }
        }
        self.byName = byName
        self.byKey = byKey
    }

    /// The context for a client; nil if the handshake is to be aborted.
    ///
    /// - Parameters:
    ///   - name: The name asked for.
    ///   - algorithms: The kinds of key that the client takes, the best first.
    func context(for name: String?, _ algorithms: [CertificateKey.Algorithm]) -> NIOSSLContext? {
        name.flatMap { byName[$0.lowercased()] } ?? algorithms.lazy.compactMap { byKey[$0] }.first ?? fallback
    }

    private static func context(
        _ chain: IssuedChain, sending depths: [Int]?, _ behaviour: SMTPHostBehaviour
    ) throws -> NIOSSLContext {
        let sent = (depths ?? Array(chain.certificates.indices)).map { chain.certificates[$0].der }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try sent.map { .certificate(try NIOSSLCertificate(bytes: $0, format: .der)) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(chain.key.pem.utf8), format: .pem)))
        configuration.minimumTLSVersion = .tlsv1
        switch behaviour.maximumVersion {
        case .tls11: configuration.maximumTLSVersion = .tlsv11
        case .tls12: configuration.maximumTLSVersion = .tlsv12
        case .tls13: configuration.maximumTLSVersion = .tlsv13
        }
        if behaviour.wantsClientCertificate {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates([])
        }
        return try NIOSSLContext(configuration: configuration)
    }
}
