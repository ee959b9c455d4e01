import CGnuTLS
import RESP

/// A script that the store carries out as a whole (EVAL). It is sent by its digest, and whole only to a store that does
/// not know it.
package struct StoreScript: Sendable, Hashable {
    /// The text, in Lua.
    package let text: String
    /// SHA-1 of the text in hexadecimal digits, by which the store knows it.
    let digest: String

    /// A script.
    package init(_ text: String) {
        self.text = text
        let bytes = Array(text.utf8)
        var sum = [UInt8](repeating: 0, count: 20)
        // It cannot fail but for want of memory; EVALSHA then has an unknown digest, and EVAL follows.
        _ = gnutls_hash_fast(GNUTLS_DIG_SHA1, bytes, bytes.count, &sum)
        let digits = Array("0123456789abcdef".utf8)
        digest = String(decoding: sum.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The command that runs it: by its digest, or with its text.
    func command(isKnown: Bool, keys: [[UInt8]], arguments: [[UInt8]]) -> RESPCommand {
        let head = isKnown ? ["EVALSHA", digest] : ["EVAL", text]
        return RESPCommand(words: (head + ["\(keys.count)"]).map { Array($0.utf8) } + keys + arguments)
    }
}
