import DANE

extension IssuedChain {
    /// The record of somebody who digests the certificate's file, PEM, and not what it holds: `3 0 1 …`.
    public var tlsaOfFile: String { "3 0 1 \(SHA2.sha256(Array(certificates[0].pem.utf8)).hexadecimal)" }

    /// The record of somebody who takes SHA-1 for the first matching type: 20 bytes where there should be 32.
    public var tlsaOfSHA1Length: String { "3 1 1 \(SHA2.sha256(key.publicKey).prefix(20).hexadecimal)" }
}
