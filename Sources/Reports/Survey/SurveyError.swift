import Glibc

/// Why a survey ended early.
public struct SurveyError: Error, Sendable {
    /// The kind of failure, as an exit status of sysexits.h, or 128 plus the number of the signal.
    public let status: Int32
    /// The reasons, as sentences.
    public let sentences: [String]

    init(_ status: Int32, _ sentence: String) { self.init(status, [sentence]) }

    init(_ status: Int32, _ sentences: [String]) {
        self.status = status
        self.sentences = sentences
    }

    /// Returns the system's words for an errno.
    static func words(_ number: Int32) -> String { String(cString: strerror(number)) }
}
