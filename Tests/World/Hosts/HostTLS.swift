import NIOSSL

/// The server side of TLS for one host: which context serves which name.
struct HostTLS: Sendable {
    private let byName: [String: NIOSSLContext]
    private let fallback: NIOSSLContext?

    /// - Throws: If NIOSSL does not take a certificate or key.
    init(_ behaviour: SMTPHostBehaviour) throws {
        switch behaviour.certificates {
        case .none:
            byName = [:]
            fallback = nil
        case .chain(let chain, let depths):
            byName = [:]
            fallback = try Self.context(chain, sending: depths, behaviour)
        case .byName(let chains, let chain):
            byName = try chains.mapValues { try Self.context($0, sending: nil, behaviour) }
            fallback = try chain.map { try Self.context($0, sending: nil, behaviour) }
        }
    }

    /// The context for a name; nil if the handshake is to be aborted.
    func context(for name: String?) -> NIOSSLContext? { name.flatMap { byName[$0.lowercased()] } ?? fallback }

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
