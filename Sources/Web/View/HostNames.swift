import Glibc

/// The name of this machine, for the reader who wants to know who has tested.
enum HostNames {
    /// Its name, or `this host`.
    static let own: String = {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "this host" }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return name.isEmpty ? "this host" : name
    }()
}
