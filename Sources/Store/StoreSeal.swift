import CGnuTLS
import Support

/// Tells by a key that several hosts have whether one of them has written something: HMAC-SHA-256 (RFC 2104), of which
/// the first 16 bytes are used.
package struct StoreSeal: Sendable {
    /// The fewest characters of the key.
    package static let minimumKey = 32
    /// The most bytes of its file.
    package static let maximumSize = 4096
    /// How many bytes a code has.
    package static let size = 16

    private let key: [UInt8]

    /// A seal by this key. Blanks and ends of lines around it do not count.
    ///
    /// - Throws: A clause, if it is too short.
    package init(key text: String) throws(StoreCredentialsError) {
        let isBlank = { (byte: UInt8) in byte <= 0x20 }
        let key = Array(Array(text.utf8.drop(while: isBlank)).reversed().drop(while: isBlank).reversed())
        guard key.count >= Self.minimumKey else {
            throw StoreCredentialsError(
                "it has fewer than \(Self.minimumKey) characters: openssl rand -hex 32 makes one")
        }
        self.key = key
    }

    /// A seal by the key in a file.
    ///
    /// - Throws: A clause: "it cannot be read (No such file or directory)".
    package init(file path: String) throws(StoreCredentialsError) {
        switch ReadableFile.contents(path, limit: Self.maximumSize) {
        case .success(let text): try self.init(key: text)
        case .failure(let error): throw StoreCredentialsError(error.clause)
        }
    }

    /// The code of what is written under a name.
    ///
    /// - Parameter name: Where it is written, so that it counts nowhere else. It has no zero byte.
    package func code(of body: some Collection<UInt8>, at name: [UInt8]) -> [UInt8] {
        let text = name + [0] + body
        var sum = [UInt8](repeating: 0, count: 32)
        let result = gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, key.count, text, text.count, &sum)
        // It fails for want of memory alone. Nothing has an empty code, so nothing is believed then.
        return result == GNUTLS_E_SUCCESS ? Array(sum.prefix(Self.size)) : []
    }

    /// Whether a code belongs to what is written under a name. How long it takes says nothing about the code.
    package func accepts(_ code: some Collection<UInt8>, of body: some Collection<UInt8>, at name: [UInt8]) -> Bool {
        let right = self.code(of: body, at: name)
        guard right.count == Self.size, code.count == Self.size else { return false }
        var difference: UInt8 = 0
        for (mine, other) in zip(right, code) { difference |= mine ^ other }
        return difference == 0
    }
}

extension StoreSeal: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Nothing of the key.
    package var description: String { "a seal" }
    /// The same.
    package var debugDescription: String { description }
    /// Nothing, so that no dump has the key.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
