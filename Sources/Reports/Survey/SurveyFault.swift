import Glibc

/// Why a survey ends before its end.
public struct SurveyFault: Error, Sendable {
    /// What kind of failure, as an exit status of sysexits.h, or 128 and the signal's number.
    public let status: Int32
    /// The sentences.
    public let sentences: [String]

    init(_ status: Int32, _ sentence: String) { self.init(status, [sentence]) }

    init(_ status: Int32, _ sentences: [String]) {
        self.status = status
        self.sentences = sentences
    }

    /// The system's words for an error's number.
    static func words(_ number: Int32) -> String { String(cString: strerror(number)) }
}
