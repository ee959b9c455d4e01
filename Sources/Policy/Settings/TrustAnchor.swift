public import DNSSEC
import Foundation
import Support

/// Where the keys are from which validation starts: the file that `DNS_TRUST_ANCHOR` names, or the root's keys as
/// shipped by Debian and kept up to date by RFC 5011 in the state directory (D-01, RFC 7672 §2.1.1).
public enum TrustAnchor {
    /// The name of the file in the state directory.
    package static let name = "root.key"
    /// The root's keys as Debian's dns-root-data ships them.
    static let shipped = "/usr/share/dns/root.key"

    /// The anchor, and a sentence if it is not the expected one.
    public struct Choice: Sendable {
        /// The anchor.
        public let anchor: ResolverConfiguration.TrustAnchor
        /// Why the root's keys are not kept up to date; nil if they are, or need not be.
        public let warning: String?
    }

    /// The anchor for commands that only look up. Nothing is written.
    public static func forAsking(_ settings: Settings) -> Choice {
        if let file = settings.dnsTrustAnchor { return Choice(anchor: .file(file), warning: nil) }
        let kept = path(settings)
        return Choice(anchor: .file(isFilled(kept) ? kept : shipped), warning: nil)
    }

    /// The anchor for the daemon, which keeps it up to date. State directory and file are made if they do not exist.
    public static func forRunning(_ settings: Settings) -> Choice {
        if let file = settings.dnsTrustAnchor { return Choice(anchor: .file(file), warning: nil) }
        let kept = path(settings)
        do {
            try StateDirectory.make(settings.stateDirectory)
            if !isFilled(kept) {
                // A file of another user is replaced. The directory is ours.
                try WholeFile.replace(name, in: settings.stateDirectory, with: contents(shipped).get())
            }
            StateDirectory.shut(kept)
            guard access(kept, W_OK) == 0 else { throw CocoaError(.fileWriteNoPermission) }
            return Choice(anchor: .automatic(kept), warning: nil)
        } catch {
            let cause =
                isFilled(shipped)
                ? (error as? DatabaseFileError)?.cause ?? FileOwner.other(of: kept).map { "\(kept) \($0)" }
                    ?? "\(settings.stateDirectory) cannot be written"
                : "\(shipped) is missing (dns-root-data)"
            return Choice(
                anchor: forAsking(settings).anchor, warning: "the root's keys are not kept up to date: \(cause)")
        }
    }

    private static func path(_ settings: Settings) -> String { "\(settings.stateDirectory)/\(name)" }

    private static func isFilled(_ path: String) -> Bool {
        if case .success(let text) = contents(path) { !text.isEmpty } else { false }
    }

    private static func contents(_ path: String) -> Result<String, ReadableFileError> {
        ReadableFile.contents(path, limit: 1 << 20)
    }
}
