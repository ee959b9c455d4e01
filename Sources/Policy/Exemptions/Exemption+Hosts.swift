/// Exemptions that several hosts share.
extension Exemption {
    /// The most bytes of a reason.
    package static let reasonLimit = 500
    /// The most bytes of the name of who makes or removes one, without that of a host.
    package static let byLimit = 64
    /// The most bytes of that name with the name of a host.
    package static let makerLimit = byLimit + joint.utf8.count + 64
    /// The longest exemption, in seconds: ten years.
    package static let longest: Int64 = 3650 * 86400

    private static let joint = " on "

    /// The name of who made or removed one, with the name of the host on which that was done: `alice on mta07`. A name
    /// that has a host already stays as it is.
    package static func maker(_ by: String, on host: String) -> String {
        by.contains(joint) ? by : "\(by)\(joint)\(host)"
    }

    /// Whether it was made on another host.
    package var isFromOtherHost: Bool { by.contains(Self.joint) }

    /// Whether it says the last word of two about the same domains. A removal goes before what it removes, and before
    /// all that was made until then, whatever the clocks say: it has the number of what it removes.
    package func supersedes(_ other: Exemption) -> Bool {
        (added, ended == nil ? 0 : 1) > (other.added, other.ended == nil ? 0 : 1)
    }

    /// Whether a text has nothing that could pretend to be something else on a terminal or in the log.
    package static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format: false
            default: scalar != "\u{FFFD}"
            }
        }
    }
}
