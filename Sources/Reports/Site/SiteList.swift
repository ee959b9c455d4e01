import Glibc
import Support

/// The hosts of a site, from a file that its administrator keeps. There is no other source of such a list: whoever
/// could add a host to it would be asked, and believed about itself.
public struct SiteList: Sendable {
    /// The most bytes of a file, and the most hosts in it.
    private static let limits = (bytes: 1 << 20, hosts: 1000)
    /// At most so many faults are told.
    private static let faultLimit = 20

    /// The hosts in the order of the file.
    public let hosts: [SiteHost]

    /// Reads a file.
    ///
    /// - Throws: If it cannot be read, others may write to it, or a line of it is at fault.
    public init(path: String) throws(SiteListError) {
        let shown = TerminalText.shown(path, limit: 300)
        // What is looked at is what is read, whatever the path leads to meanwhile.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        defer { if file >= 0 { close(file) } }
        if let clause = Self.writers(file) {
            throw SiteListError(status: EX_DATAERR, sentences: ["\(shown): \(clause)."])
        }
        switch ReadableFile.contents(file < 0 ? path : "/proc/self/fd/\(file)", limit: Self.limits.bytes) {
        case .failure(let fault): throw SiteListError(status: EX_NOINPUT, sentences: ["\(shown): \(fault.clause)."])
        case .success(let text): try self.init(text: text, path: path)
        }
    }

    /// Reads the text of a file.
    ///
    /// - Parameter path: The file's path, for the sentences.
    /// - Throws: A sentence for each line at fault, 20 at most.
    public init(text: String, path: String) throws(SiteListError) {
        let shown = TerminalText.shown(path, limit: 300)
        var hosts: [SiteHost] = []
        var lines: [String: Int] = [:]
        var faults: [String] = []
        var common = SiteLine()
        for (index, line) in text.linesOfFile.enumerated() where faults.count < Self.faultLimit {
            do throws(SiteLineError) {
                guard let read = try SiteLine(line) else { continue }
                guard read.name != "*" else {
                    common = read
                    continue
                }
                let host = read.host(common)
                for key in Self.keys(host) {
                    if let other = lines.updateValue(index + 1, forKey: key) {
                        throw SiteLineError(clause: "it is the same host as line \(other)")
                    }
                }
                guard hosts.count < Self.limits.hosts else {
                    throw SiteLineError(clause: "there are more than \(Self.limits.hosts) hosts")
                }
                hosts.append(host)
            } catch { faults.append("\(shown), line \(index + 1): \(error.clause).") }
        }
        if hosts.isEmpty, faults.isEmpty { faults.append("\(shown): there is no host in it.") }
        guard faults.isEmpty else { throw SiteListError(status: EX_DATAERR, sentences: faults) }
        self.hosts = hosts
    }

    /// What no two hosts may have in common: the name, and the way to it. A host that were asked twice would count
    /// twice.
    private static func keys(_ host: SiteHost) -> [String] {
        let name = "name \(host.name.lowercased())"
        return switch host.place {
        case .local: [name, "local"]
        case .ssh(let address, _, let port): [name, "ssh \(address.lowercased()) \(port ?? 22)"]
        }
    }

    /// Returns why a file may hold what its administrator has not written; nil if it may not. The file decides what is
    /// run, and where, with the keys of whoever gives the command: ssh's own configuration has the same rule.
    private static func writers(_ file: Int32) -> String? {
        var facts = stat()
        guard fstat(file, &facts) == 0 else { return nil }
        guard facts.st_uid == 0 || facts.st_uid == geteuid() else { return "it must belong to root or to you" }
        return facts.st_mode & 0o022 == 0 ? nil : "others may write to it (chmod go-w)"
    }
}
