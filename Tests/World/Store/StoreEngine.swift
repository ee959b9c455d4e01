import Foundation
import WorldHosts
import WorldServers

/// A program that serves as the store.
public enum StoreEngine: String, Sendable, CaseIterable {
    /// Redis, as this machine has it.
    case installed
    /// Redis, as Debian 13 has it.
    case redis
    /// Valkey, as Debian 13 has it.
    case valkey

    /// Those of Debian 13, which deploy/packages.sh unpacks.
    public static let ofDebian13: [StoreEngine] = [.redis, .valkey]

    /// Why those of Debian 13 cannot be run here; nil if they can.
    public static var unavailable: String? {
        FileManager.default.fileExists(atPath: folder + "/packages")
            ? nil : "there is no \(folder), which deploy/test fetches from a mirror of Debian 13"
    }

    /// How it is started: a program, and the arguments before the path of its configuration. The program decides by its
    /// name whether it is a server: Debian's packages of tools have it as the one that checks files, and with those no
    /// service comes that would listen where the machine's own is expected.
    ///
    /// - Parameter scratch: Where a link may be made.
    func command(_ scratch: ScratchDirectory) throws -> (program: String, arguments: [String]) {
        guard self != .installed else {
            let link = scratch.file("redis-server")
            if (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) == nil {
                try FileManager.default.createSymbolicLink(
                    atPath: link, withDestinationPath: try ChildProcess.find("redis-check-rdb"))
            }
            return (link, [])
        }
        // With the C library that it was built for.
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder + "/usr/lib")
        guard let triple = folders.first(where: { $0.hasSuffix("-linux-gnu") }) else {
            throw WorldError("\(Self.folder) has no libraries")
        }
        let libraries = "\(Self.folder)/usr/lib/\(triple)"
        let loader = try FileManager.default.contentsOfDirectory(atPath: libraries).first {
            $0.hasPrefix("ld-linux-") && $0.contains(".so.")
        }
        guard let loader else { throw WorldError("\(libraries) has no loader") }
        return (
            "\(libraries)/\(loader)",
            ["--argv0", "redis-server", "--library-path", libraries, "\(Self.folder)/usr/bin/\(rawValue)-check-rdb"]
        )
    }

    private static let folder = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { path, _ in
        path.deletingLastPathComponent()
    }.appendingPathComponent(".build/stores/debian13").path
}
