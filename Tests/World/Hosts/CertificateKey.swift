import WorldServers
import Foundation

/// A key pair made with `openssl`. No two certificates of the test world share one unless a test says so: under `3 1 1`
/// they would match each other's TLSA records.
public struct CertificateKey: Hashable, Sendable {
    /// What kind of key.
    public enum Algorithm: Sendable, CaseIterable {
        /// ECDSA on P-256; signs with SHA-256.
        case p256
        /// As ``rsa2048``, with 896 bits: too few for any client that asks for 80 bits of security.
        case rsa896
        /// As ``rsa2048``, with 1024 bits.
        case rsa1024
        /// RSA with 2048 bits; signs with SHA-256, PKCS #1 v1.5. Takes a tenth of a second or more to make.
        case rsa2048
        /// As ``rsa2048``, with 3072 bits.
        case rsa3072
        /// As ``rsa2048``, with 4096 bits. Takes a second or more to make.
        case rsa4096
        /// ECDSA on P-384; signs with SHA-384.
        case p384
        /// Ed25519 (RFC 8410).
        case ed25519

        /// What genpkey(1) is told to make one.
        fileprivate var options: String {
            switch self {
            case .p256: "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"
            case .p384: "-algorithm EC -pkeyopt ec_paramgen_curve:P-384"
            case .rsa896: "-algorithm RSA -pkeyopt rsa_keygen_bits:896"
            case .rsa1024: "-algorithm RSA -pkeyopt rsa_keygen_bits:1024"
            case .rsa2048: "-algorithm RSA"
            case .rsa3072: "-algorithm RSA -pkeyopt rsa_keygen_bits:3072"
            case .rsa4096: "-algorithm RSA -pkeyopt rsa_keygen_bits:4096"
            case .ed25519: "-algorithm ED25519"
            }
        }
    }

    /// The kind of key.
    public let algorithm: Algorithm
    /// The private key in PEM.
    public let pem: String
    /// The SubjectPublicKeyInfo in DER.
    public let publicKey: [UInt8]

    /// A key that nobody has had yet.
    public static func new(_ algorithm: Algorithm = .p256) async throws -> CertificateKey {
        switch algorithm {
        case .p256: try await KeyPool.shared.take()
        case .rsa896, .rsa1024, .rsa2048, .rsa3072, .rsa4096, .p384, .ed25519: try await make(algorithm, count: 1)[0]
        }
    }

    /// The AlgorithmIdentifier of this key's signatures.
    var signatureAlgorithm: [UInt8] {
        switch algorithm {
        case .p256: DER.sequence(DER.identifier("1.2.840.10045.4.3.2"))
        case .rsa896, .rsa1024, .rsa2048, .rsa3072, .rsa4096:
            DER.sequence(DER.identifier("1.2.840.113549.1.1.11"), DER.null)
        case .p384: DER.sequence(DER.identifier("1.2.840.10045.4.3.3"))
        case .ed25519: DER.sequence(DER.identifier("1.3.101.112"))
        }
    }

    /// The AlgorithmIdentifier of this key's signatures by SHA-1; nil if there is none.
    var brokenAlgorithm: [UInt8]? {
        switch algorithm {
        case .p256, .p384: DER.sequence(DER.identifier("1.2.840.10045.4.1"))
        case .rsa896, .rsa1024, .rsa2048, .rsa3072, .rsa4096:
            DER.sequence(DER.identifier("1.2.840.113549.1.1.5"), DER.null)
        case .ed25519: nil
        }
    }

    /// Makes keys, many in one go because starting a program is most of the cost.
    public static func make(_ algorithm: Algorithm, count: Int) async throws -> [CertificateKey] {
        let options = algorithm.options
        let scratch = try ScratchDirectory("keys")
        let script = """
            set -e
            for n in $(seq \(count)); do
                openssl genpkey \(options) -quiet -out $n.key 2>$n.log
                openssl pkey -in $n.key -pubout -out $n.pub
            done
            """
        let (status, output) = try await ChildProcess.run("sh", ["-c", script], directory: scratch.path)
        guard status == 0 else { throw WorldError("openssl genpkey: \(output)") }
        return try (1...count).map { number in
            let pem = try String(contentsOfFile: scratch.file("\(number).key"), encoding: .utf8)
            let publicKey = try String(contentsOfFile: scratch.file("\(number).pub"), encoding: .utf8)
            guard let bytes = DER.bytes(ofPEM: publicKey) else { throw WorldError("openssl pkey wrote no PEM") }
            return CertificateKey(algorithm: algorithm, pem: pem, publicKey: bytes)
        }
    }

    /// Keys made ahead, for all tests of the process.
    private actor KeyPool {
        static let shared = KeyPool()

        private var keys: [CertificateKey] = []
        private var filling: Task<Void, any Error>?

        func take() async throws -> CertificateKey {
            while true {
                if let key = keys.popLast() { return key }
                // The task itself puts the keys in, before anyone who waits for it goes on: a waiter that finds the
                // pool still empty would come back at once, again and again, and keep the actor from whom it waits for.
                let task = filling ?? Task { try await fill() }
                filling = task
                try await task.value
            }
        }

        private func fill() async throws {
            defer { filling = nil }
            keys += try await CertificateKey.make(.p256, count: 16)
        }
    }
}
